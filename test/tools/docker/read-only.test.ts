import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { built, installCommands } from '../../real/commands.ts'
import { needs, needsPrograms } from '../../real/require.ts'
import { run } from '../../real/run.ts'

const isRoot = process.getuid?.() === 0

/** A person's home, and docker's configuration in a folder that they may not change. CI runs as root: this runs as nobody. */
function readOnlyHome(config: object) {
  const home = mkdtempSync(join(tmpdir(), 'cb-read-only-'))
  onTestFinished(() => {
    chmodSync(docker, 0o755)
    rmSync(home, { recursive: true })
  })
  const commands = installCommands(join(home, 'commands'))
  const docker = join(home, '.docker')
  const file = join(docker, 'config.json')
  mkdirSync(docker)
  writeFileSync(file, JSON.stringify(config), { mode: 0o444 })
  if (isRoot) for (const path of [home, docker, file]) chownSync(path, 65534, 65534)
  chmodSync(docker, 0o555)
  const asNobody = isRoot ? ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'] : []
  const env = { HOME: home, PATH: `${commands}:/usr/bin:/bin`, CREDBRIDGE_STORE: 'vault' }
  const credbridge = (words: string) =>
    run('/usr/bin/env', [...asNobody, 'sh', '-c', `test "$(id -u)" != 0 && credbridge ${words}`], { env })
  return { file, credbridge, config: () => JSON.parse(readFileSync(file, 'utf8')) }
}

const auths = { 'r.example.com': { auth: Buffer.from('alice:s').toString('base64') } }

needs('the build (npm run build)', built)('built', () => {
  needsPrograms('setpriv')('a configuration that may not be written', () => {
    test('setup fails, with a hint for the program that writes the file', async () => {
      const { file, credbridge, config } = readOnlyHome({ auths })
      const { stderr, exitCode } = await credbridge('setup docker --no-prove --yes')
      expect(stderr).toBe(
        'take over ~/.docker/config.json, r.example.com: alice at https://r.example.com\n' +
          `credbridge: ${file} cannot be used: permission denied\n` +
          `hint: ls -ld ${file}\n` +
          'hint: if another program writes it (home-manager, chezmoi), write "credsStore": "credbridge" there\n',
      )
      expect(exitCode).toBe(2)
      expect(config()).toEqual({ auths })
    })

    test('import fails', async () => {
      const { file, credbridge, config } = readOnlyHome({ auths, credsStore: 'credbridge' })
      const { stderr, exitCode } = await credbridge('import docker --yes')
      expect(stderr).toContain(`credbridge: ${file} cannot be used: permission denied\n`)
      expect(stderr).toContain(
        'hint: if another program writes it (home-manager, chezmoi), remove the secrets that credbridge stores now there\n',
      )
      expect(stderr).not.toContain('moved')
      expect(exitCode).toBe(2)
      expect(config()).toEqual({ auths, credsStore: 'credbridge' })
    })
  })
})
