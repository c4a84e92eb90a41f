import { createHash } from 'node:crypto'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { commands } from '../../packaging/project.ts'
import { buildStandalone } from '../../packaging/standalone.ts'
import { targetNamed } from '../../packaging/targets.ts'
import { run } from '../real/run.ts'
import { executable, needsExecutable } from './executable.ts'

needsExecutable('the build of the standalone executable', () => {
  test('two builds are the same to the byte', async () => {
    const [one, other] = [builtIn(await emptyFolder()), builtIn(await emptyFolder())]
    const first = await one
    expect(first.size).toBeGreaterThan(commands.length)
    expect(await other).toEqual(first)
  })

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

async function emptyFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'cb-build-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Every file, link and mode of a build. */
async function builtIn(folder: string): Promise<ReadonlyMap<string, string>> {
  await buildStandalone(targetNamed(undefined), folder)
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  return new Map(names.map((name) => [name, described(join(folder, name))]))
}

function described(path: string): string {
  const stats = lstatSync(path)
  if (stats.isSymbolicLink()) return `link to ${readlinkSync(path)}`
  const mode = (stats.mode & 0o777).toString(8)
  return stats.isFile() ? `${mode} ${createHash('sha256').update(readFileSync(path)).digest('hex')}` : mode
}
