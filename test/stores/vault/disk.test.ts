import { chmodSync, chownSync, cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { vaultStore } from '../../../src/stores/vault/store.ts'
import { someone } from '../../asker.ts'
import { credential } from '../contract-world.ts'
import { inNamespace, mounting, unprivileged } from './mounts.ts'
import { emptyFolder, vaultIn } from './place.ts'
import { tracing } from './tracing.ts'
import type { Job, Step } from './worker.ts'
import { workers } from './workers.ts'

const host = (number: number) => `https://host${number}.example.com`
const numbers = Array.from({ length: 40 }, (_, n) => n)
const refused = expect.objectContaining({ code: 'refused' })
const nobody = 65_534

mounting()('a disk that is full', () => {
  const { do: work, outcomes, program } = workers()

  /** The paths of a vault on a small disk, and the command that mounts it. */
  function smallDisk(size: string) {
    const root = emptyFolder()
    const { folder, keyFile, uid } = vaultIn(root)
    const options: Job['options'] = { folder, keyFile, ...(uid === undefined ? {} : { uid }) }
    return { options, by: inNamespace(root, `mount -t tmpfs -o size=${size},mode=0700 none $ROOT`, 'cd /') }
  }

  test('refuses a record that does not fit, and loses no other', async () => {
    const { options, by } = smallDisk('96k')
    const saves = numbers.map((n): Step => ['save', host(n), 'ann', `secret ${n}`])
    const again = numbers.map((n): Step => ['save', host(n), 'ann', `newer ${n}`])
    const finds = numbers.map((n): Step => ['find', host(n)])
    const results = await work({ options, steps: [...saves, ...finds, ...again, ...finds, ['list']] }, ...by)
    const part = (n: number) => results.slice(n * 40, (n + 1) * 40)
    const fit = part(0).filter((result) => result === null).length
    expect(fit).toBeGreaterThan(5)
    expect(fit).toBeLessThan(35)
    expect(part(0).slice(fit)).toEqual(numbers.slice(fit).map(() => refused))
    expect(part(1)).toEqual(numbers.map((n) => (n < fit ? [['ann', `secret ${n}`]] : [])))
    const newer = part(2).map((result) => result === null)
    expect(part(3)).toEqual(numbers.map((n) => (n >= fit ? [] : [['ann', newer[n] ? `newer ${n}` : `secret ${n}`]])))
    expect(results.at(-1)).toHaveLength(fit)
  })

  test('reports the reason, allows removals, and then accepts new records', async () => {
    const { options, by } = smallDisk('64k')
    const fill = numbers.map((n): Step => ['save', host(n), 'ann', `secret ${n}`])
    const steps: Step[] = [...fill, ['remove', host(0), 'ann'], ['save', host(99), 'ann', 'fits'], ['find', host(99)]]
    const results = await work({ options, steps }, ...by)
    expect(results.slice(-3)).toEqual([true, null, [['ann', 'fits']]])
    const full = results.find((result) => result !== null)
    expect(full).toMatchObject({ code: 'refused', message: expect.stringContaining('no space is left') })
  })

  test('leaves no temporary file of a record that did not fit', async () => {
    const { options, by } = smallDisk('64k')
    const job = { options, steps: numbers.map((n): Step => ['save', host(n), 'ann', `secret ${n}`]) }
    const after = `"$@" >/dev/null; cd ${options.folder}; ls new | wc -l; find records -empty | wc -l`
    const [fresh, empty] = await outcomes([
      ...by,
      'sh',
      '-c',
      after,
      'sh',
      process.execPath,
      program(),
      JSON.stringify(job),
    ])
    expect([fresh, empty]).toEqual([0, 0])
  })

  test.each(['4k', '8k'])('of %s has no room for a vault, and stays empty', async (size) => {
    const { options, by } = smallDisk(size)
    const first = JSON.stringify({ options, steps: [['save', host(0), 'ann', 'secret']] })
    const second = JSON.stringify({
      options,
      steps: [
        ['find', host(0)],
        ['save', host(0), 'ann', 's'],
        ['find', host(0)],
      ],
    })
    const script = '"$1" "$2" "$3"; mount -o remount,size=1m none "$ROOT" && "$1" "$2" "$4"'
    const results = await outcomes([
      ...by.slice(0, -2),
      (by.at(-2) ?? '').replace('exec "$@"', script),
      'sh',
      process.execPath,
      program(),
      first,
      second,
    ])
    expect(results).toEqual([refused, [], null, [['ann', 's']]])
  })
})

mounting()('a home that cannot be written', () => {
  const { do: work, outcomes } = workers()

  /** A vault of the user `nobody` with one record. */
  async function vault(): Promise<{ root: string; options: Job['options'] }> {
    const root = emptyFolder()
    const { folder, keyFile } = vaultIn(root)
    await vaultStore(vaultIn(root)).save(someone, credential(parseAddress(host(0)), { secret: new Secret('old') }))
    for (const path of ['', ...readdirSync(root, { recursive: true })])
      chownSync(join(root, String(path)), nobody, nobody)
    return { root, options: { folder, keyFile, uid: nobody } }
  }

  const steps: Step[] = [
    ['find', host(0)],
    ['save', host(0), 'ann', 'new'],
    ['save', host(1), 'ann', 'new'],
    ['remove', host(0), 'ann'],
    ['remove', host(0), 'ann', 'old'],
    ['find', host(0)],
    ['list'],
  ]
  const found = [['ann', 'old']]
  const listed = [[host(0), 'ann']]

  test('mounted read-only: all records can be read, nothing changes, and the failure says why', async () => {
    const { root, options } = await vault()
    const readOnly = ['mount --bind $ROOT $ROOT', 'mount -o remount,bind,ro $ROOT', 'cd /']
    const guard = `test "$(${unprivileged} id -u)" = ${nobody} && ! ${unprivileged} touch $ROOT/x 2>/dev/null || exit 9`
    const by = [...inNamespace(root, ...readOnly, guard), ...unprivileged.split(' ')]
    const said = expect.objectContaining({ code: 'refused', message: expect.stringContaining('read-only') })
    const before = join(emptyFolder(), 'copy')
    cpSync(root, before, { recursive: true })
    expect(await work({ options, steps }, ...by)).toEqual([found, said, said, said, said, found, listed])
    expect(readdirSync(root, { recursive: true })).toEqual(readdirSync(before, { recursive: true }))
    expect(await work({ options, steps: [['save', host(1), 'ann', 'new']] }, ...unprivileged.split(' '))).toEqual([
      null,
    ])
  })

  test('with read-only folders: all records can be read, nothing is lost', async () => {
    const { root, options } = await vault()
    for (const path of readdirSync(options.folder, { recursive: true, withFileTypes: true })) {
      if (path.isDirectory()) chmodSync(join(path.parentPath, path.name), 0o500)
    }
    chmodSync(options.folder, 0o500)
    const by = unprivileged.split(' ')
    expect(await outcomes([...by, 'id', '-u'])).toEqual([nobody])
    const said = expect.objectContaining({ code: 'refused', message: expect.stringContaining('permission denied') })
    expect(await work({ options, steps }, ...by)).toEqual([found, said, said, said, said, found, listed])
    expect(readdirSync(join(root, 'data', 'vault', 'new'))).toEqual([])
  })

  test('without a vault: nothing is found, nothing is saved, and the failure says why', async () => {
    const root = emptyFolder()
    chmodSync(root, 0o555)
    const { folder, keyFile } = vaultIn(root)
    const options = { folder, keyFile, uid: nobody }
    const results = await work({ options, steps }, ...unprivileged.split(' '))
    expect(results).toEqual([[], refused, refused, false, false, [], []])
  })
})

tracing()('a rename that fails', () => {
  const { do: work } = workers()

  test('is refused, and leaves neither the new value nor an empty folder', async () => {
    const root = emptyFolder()
    const options = vaultIn(root)
    await vaultStore(options).save(someone, credential(parseAddress(host(0))))
    // The first one finds no folder for the new endpoint, the second one no space.
    const full = [
      'strace',
      '-f',
      '-qqq',
      '-o',
      '/dev/null',
      '-e',
      'trace=rename',
      '-e',
      'inject=rename:error=ENOSPC:when=2',
    ]
    const { folder, keyFile, uid } = options
    const job: Job = {
      options: { folder, keyFile, ...(uid === undefined ? {} : { uid }) },
      steps: [['save', host(1), 'ann', 's']],
    }
    expect(await work(job, ...full)).toEqual([refused])
    expect(readdirSync(join(folder, 'new'))).toEqual([])
    expect(readdirSync(join(folder, 'records'))).toHaveLength(1)
  })
})
