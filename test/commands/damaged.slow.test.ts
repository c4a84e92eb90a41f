import { chmodSync, existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs } from '../real/require.ts'
import { standIn } from '../stores/helper/stand-in.ts'
import { start, type VaultWorld } from './vault-world.ts'

/* One record of the vault is damaged, or of a later version: what people and clients are told, and how it goes. */

const good = 'https://good.example.com'
const bad = 'https://bad.example.com'

/** A vault with a credential of git's and one of docker's at each of two endpoints, of which the records of one are broken. */
async function withDamage(
  damage: (bytes: Buffer) => Buffer,
): Promise<{ world: VaultWorld; broken: readonly string[] }> {
  const world = await start()
  const records = join(world.env['XDG_DATA_HOME'] ?? '', 'credbridge', 'vault', 'records')
  const save = async (host: string) => {
    const input = JSON.stringify({ ServerURL: host, Username: 'ann', Secret: 's3cret' })
    expect(await world.run('docker-credential-credbridge', ['store'], { input })).toMatchObject({ exitCode: 0 })
  }
  await save(bad)
  const [folder = ''] = readdirSync(records)
  const broken = readdirSync(join(records, folder)).map((name) => join(records, folder, name))
  await save(good)
  for (const path of broken) writeFileSync(path, damage(readFileSync(path)))
  return { world, broken }
}

const damages: readonly (readonly [string, (bytes: Buffer) => Buffer, string])[] = [
  ['damaged', (bytes) => bytes.subarray(0, -1), 'the end of'],
  ['of a later version', (bytes) => bytes.fill(2, 11, 12), 'was written by a later version'],
]

needs('the build (npm run build)', built)('a record that cannot be read', () => {
  test.each(damages)('because it is %s hides no other one, and is named', async (_, damage, says) => {
    const { world, broken } = await withDamage(damage)
    const listed = await world.credbridge('list')
    expect(listed).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(good) })
    expect(listed.stdout).not.toContain(bad)
    expect(listed.stderr).toContain(`not listed: `)
    expect(listed.stderr).toContain(says)
    expect(listed.stderr).toContain(broken[0])
    expect(JSON.parse((await world.credbridge('list', '--json')).stdout)).toHaveLength(1)
    const docker = await world.run('docker-credential-credbridge', ['list'])
    expect(docker.exitCode).toBe(0)
    expect(JSON.parse(docker.stdout)).toEqual({ [good]: 'ann' })
    const doctor = await world.credbridge('doctor', '--json')
    const wrong = JSON.parse(doctor.stdout).checks.filter(
      ({ check, state }: { check: string; state: string }) => check === 'vault' && state === 'wrong',
    )
    expect(wrong).toEqual([expect.objectContaining({ says: expect.stringContaining(says) })])
    expect(await world.credbridge('get', good)).toMatchObject({ exitCode: 0, stdout: 's3cret\n' })
    expect(await world.credbridge('get', bad)).toMatchObject({ exitCode: 2, stdout: '' })
  })

  test.each(damages)('because it is %s can be removed, and nothing else is', async (_, damage) => {
    const { world, broken } = await withDamage(damage)
    expect(await world.credbridge('remove', bad, '--dry-run')).toMatchObject({
      exitCode: 0,
      stderr: `would remove 1 at ${bad} that cannot be read\n`,
    })
    expect(existsSync(broken[0] ?? '')).toBe(true)
    expect(await world.credbridge('remove', bad)).toMatchObject({
      exitCode: 0,
      stderr: 'removed 1 that could not be read\n',
    })
    expect(existsSync(broken[0] ?? '')).toBe(false)
    expect(await world.credbridge('remove', bad)).toMatchObject({ exitCode: 1 })
    expect(await world.credbridge('list')).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: expect.stringContaining(good),
    })
  })

  test('beside a good one of the same endpoint: each can be removed alone', async () => {
    const { world, broken } = await withDamage((bytes) => bytes.subarray(0, -1))
    const aside = readFileSync(broken[0] ?? '')
    expect(await world.credbridge('remove', bad)).toMatchObject({ exitCode: 0 })
    expect(await world.set(bad, 'bob', 'b')).toMatchObject({ exitCode: 0 })
    writeFileSync(broken[0] ?? '', aside, { mode: 0o600 })
    expect(await world.credbridge('remove', bad, '--unreadable')).toMatchObject({
      exitCode: 0,
      stderr: 'removed 1 that could not be read\n',
    })
    expect(await world.credbridge('get', bad)).toMatchObject({ exitCode: 0, stdout: 'b\n' })
    writeFileSync(broken[0] ?? '', aside, { mode: 0o600 })
    expect(await world.credbridge('remove', bad, 'bob')).toMatchObject({ exitCode: 0 })
    expect(existsSync(broken[0] ?? '')).toBe(true)
  })

  test('stays where everything is moved to another store, which is said', async () => {
    const { world, broken } = await withDamage((bytes) => bytes.subarray(0, -1))
    const helper = standIn('docker-credential-other')
    const moved = await world.run('credbridge', ['move', '--all', '--to', 'helper:other', '--from', 'vault'], {
      more: { PATH: `${world.env['PATH']}:${helper.folder}` },
    })
    expect(moved).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/^stays: the end of .* is missing$/m) })
    expect(moved.stderr).toContain('1 moved to the helper:other store')
    expect(existsSync(broken[0] ?? '')).toBe(true)
  })

  test('with the wrong mode only is not taken for a damaged one', async () => {
    const { world, broken } = await withDamage((bytes) => bytes)
    chmodSync(broken[0] ?? '', 0o644)
    expect((await world.credbridge('list')).stderr).toContain(`chmod go= ${broken[0]}`)
    expect(await world.credbridge('remove', bad)).toMatchObject({ exitCode: 1 })
    chmodSync(broken[0] ?? '', 0o600)
    expect(await world.credbridge('get', bad)).toMatchObject({ exitCode: 0, stdout: 's3cret\n' })
  })

  test('what processes that died have left goes with doctor', async () => {
    const { world } = await withDamage((bytes) => bytes)
    const vault = join(world.env['XDG_DATA_HOME'] ?? '', 'credbridge', 'vault')
    const state = join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge')
    const left = [
      join(vault, 'new', '0123456789abcdef'),
      join(vault, 'vault.json.0123456789abcdef.credbridge-new'),
      join(state, 'vault.key.0123456789abcdef.credbridge-new'),
    ]
    const old = new Date(Date.now() - 3_600_000)
    for (const path of left) {
      writeFileSync(path, 'left', { mode: 0o600 })
      utimesSync(path, old, old)
    }
    await world.credbridge('doctor')
    expect(left.filter((path) => existsSync(path))).toEqual([])
  })
})
