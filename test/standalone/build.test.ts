import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commands } from '../../packaging/project.ts'
import { run } from '../real/run.ts'
import { executable, needsExecutable } from './executable.ts'

needsExecutable('the build of the standalone executable', () => {
  test('every command is there, and says the same by link and by first word', async () => {
    const folder = join(executable, '..')
    const env = { HOME: '/nonexistent', PATH: '/usr/bin:/bin', CREDBRIDGE_STORE: 'memory' }
    for (const command of commands) {
      const byLink = await run(join(folder, command), ['--help'], { env })
      const byWord = await run(executable, [command, '--help'], { env })
      expect({ command, ...byWord }).toEqual({ command, ...byLink })
    }
    const help = await run(executable, ['--help'], { env })
    expect(help).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('setup') })
  })

  test('what is in it of others is named, with its licence', () => {
    const folder = join(executable, '..')
    const notices = readFileSync(join(folder, 'THIRD-PARTY.txt'), 'utf8')
    for (const name of ['commander 14', 'smol-toml 1', 'rquickjs 0', 'aes-gcm 0']) expect(notices).toContain(name)
    const { components, dependencies } = JSON.parse(readFileSync(join(folder, 'sbom.cdx.json'), 'utf8'))
    const named = components.map((component: { purl: string }) => component.purl)
    for (const purl of ['pkg:npm/commander@', 'pkg:cargo/rquickjs@', 'pkg:cargo/aes-gcm@']) {
      expect(named.filter((it: string) => it.startsWith(purl))).toHaveLength(1)
    }
    expect(named.filter((it: string) => it.includes('bun'))).toEqual([])
    expect(dependencies).toEqual([{ ref: expect.stringContaining('%40credbridge/'), dependsOn: named }])
  })
})
