import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { onTerminal } from '../real/typing.ts'
import { at, filled, start, type VaultWorld, withPassphrase } from './vault-world.ts'

/* `credbridge vault put-aside`: a vault whose key is lost, and a new one in its place. */

const question = 'Put it aside, so that the next save begins a new vault? [y/N] '

function folderOf({ env }: VaultWorld): string {
  return join(env['XDG_DATA_HOME'] ?? '', 'credbridge', 'vault')
}

function keyFileOf({ env }: VaultWorld): string {
  return join(env['XDG_STATE_HOME'] ?? '', 'credbridge', 'vault.key')
}

function besides(world: VaultWorld): readonly string[] {
  return readdirSync(join(folderOf(world), '..')).filter((name) => name.startsWith('vault-'))
}

async function withoutKey(): Promise<VaultWorld & { readonly key: string }> {
  const world = await filled()
  const key = readFileSync(keyFileOf(world), 'utf8')
  rmSync(keyFileOf(world))
  return { ...world, key }
}

needs('the build (npm run build)', built)('built', () => {
  needsPrograms('python3')('on a terminal', () => {
    async function screen(world: VaultWorld, answer: string) {
      const command = onTerminal([[question, `${answer}\r`]], 'credbridge', 'vault', 'put-aside')
      const { stdout, exitCode } = await world.run('python3', command)
      const day = /vault-\d{4}-\d\d-\d\d/g
      return [
        stdout
          .replaceAll('\r\n', '\n')
          .replaceAll(folderOf(world), 'VAULT')
          .replaceAll(day, 'vault-TODAY')
          .replaceAll(/VAULT-\d{4}-\d\d-\d\d/g, 'VAULT-TODAY'),
        exitCode,
      ]
    }
    const about = `the vault in VAULT has records for 1 endpoint
put aside, they stay encrypted as they are, and no tool finds them
`

    test('asks, says where it is and how it comes back; the next save begins a new one', async () => {
      const world = await withoutKey()
      expect(await screen(world, 'y')).toEqual([
        `${about}${question}y
the vault is now in VAULT-TODAY
to bring it back, before a new one is made: mv VAULT-TODAY VAULT
to begin a new one with a passphrase: credbridge vault add-slot passphrase
`,
        0,
      ])
      expect(existsSync(folderOf(world))).toBe(false)
      expect(await world.set(at, 'ann', 'a new one')).toMatchObject({ exitCode: 0 })
      expect((await world.credbridge('get', at)).stdout).toBe('a new one\n')
    })

    test('no changes nothing', async () => {
      const world = await withoutKey()
      expect(await screen(world, 'n')).toEqual([`${about}${question}n\nnothing was changed\n`, 1])
      expect(besides(world)).toEqual([])
      expect(existsSync(folderOf(world))).toBe(true)
    })
  })

  test('brought back by the printed command, it opens with its key as before', async () => {
    const world = await withoutKey()
    const { stderr, exitCode } = await world.vault('', 'put-aside', '--yes')
    expect(exitCode).toBe(0)
    const [, command = ''] = /to bring it back, before a new one is made: (mv .*)\n/.exec(stderr) ?? []
    writeFileSync(keyFileOf(world), world.key, { mode: 0o600 })
    expect(await world.run('sh', ['-c', command])).toMatchObject({ exitCode: 0, stderr: '' })
    expect((await world.credbridge('get', at)).stdout).toBe('s3cret\n')
  })

  test('the same day a second one gets a name of its own', async () => {
    const world = await withPassphrase()
    expect(await world.vault('', 'put-aside', '--yes')).toMatchObject({ exitCode: 0 })
    await world.set(at, 'ann', 'new')
    rmSync(keyFileOf(world))
    expect(await world.vault('', 'put-aside', '--yes')).toMatchObject({ exitCode: 0 })
    expect(besides(world)).toEqual([
      expect.stringMatching(/^vault-\d{4}-\d\d-\d\d$/),
      expect.stringMatching(/^vault-\d{4}-\d\d-\d\d-2$/),
    ])
  })

  test('without a header there is only this way, which the failure names', async () => {
    const world = await filled()
    renameSync(join(folderOf(world), 'vault.json'), join(folderOf(world), 'lost'))
    const hint = 'hint: or, where it is lost, to begin a new vault: credbridge vault put-aside\n'
    expect((await world.credbridge('get', at)).stderr).toContain(hint)
    expect(await world.vault('', 'put-aside', '--yes')).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('has secrets, but its header cannot be read'),
    })
  })

  test('refused where the vault opens, where nobody can answer, and where there is none', async () => {
    const open = await filled()
    expect(await open.vault('', 'put-aside', '--yes')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('the vault opens by its key file, so its secrets are not lost\n'),
    })
    expect(besides(open)).toEqual([])
    const lost = await withoutKey()
    expect(await lost.run('setsid', ['--wait', 'credbridge', 'vault', 'put-aside'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('hint: credbridge vault put-aside --yes\n'),
    })
    expect(besides(lost)).toEqual([])
    expect(await (await start()).vault('', 'put-aside')).toMatchObject({
      exitCode: 1,
      stderr: 'there is no vault to put aside\n',
    })
  })
})
