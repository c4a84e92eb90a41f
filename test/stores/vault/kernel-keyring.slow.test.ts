import { spawnSync } from 'node:child_process'
import { chownSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { addSlot } from '../../../src/stores/vault/manage.ts'
import { rekey } from '../../../src/stores/vault/rekey.ts'
import { forPassphrase } from '../../../src/stores/vault/slots/make.ts'
import { someone } from '../../asker.ts'
import { needs, programOnPath } from '../../real/require.ts'
import { run } from '../../real/run.ts'
import { credential } from '../contract-world.ts'
import { emptyFolder, storeOf, vaultIn } from './place.ts'
import type { Job, Step } from './worker.ts'
import { cleanEnvironment, workers } from './workers.ts'

/*
 * Each worker runs in a session keyring of its own, as after a login: what one keeps the others see, because the
 * kernel keeps it for the user. The user is one whom nothing else on the machine is.
 */

const uid = 65_533
const asUser = ['setpriv', '--reuid', String(uid), '--regid', String(uid), '--clear-groups']
const login = [...asUser, 'keyctl', 'session', '-']
const programs = ['keyctl', 'setpriv'].every((program) => programOnPath(program) !== undefined)
const allowed = programs && spawnSync('keyctl', ['session', '-', 'true']).status === 0
const possible = allowed && process.getuid?.() === 0
const suite = needs('a kernel keyring, and root to become another user', possible)

const at = 'https://git.example.com'
const hour = 3_600_000

suite('unlock and lock', () => {
  const { do: doJob, outcomes, program } = workers()
  const work: typeof doJob = (job, ...by) => doJob({ ...job, kernel: true }, ...by)

  /** Does the jobs one after the other in one login, or where it is said in a further one within it. */
  function inOneLogin(...jobs: (Job & { ofItsOwn?: boolean })[]): Promise<unknown[]> {
    const calls = jobs.map(({ ofItsOwn }, n) => `${ofItsOwn === true ? 'keyctl session - ' : ''}"$0" "$1" "$${n + 2}"`)
    const words = [process.execPath, program(), ...jobs.map((job) => JSON.stringify({ ...job, kernel: true }))]
    return outcomes([...login, 'sh', '-c', calls.join(' && '), ...words])
  }

  /** A vault of the user's with a passphrase and one credential in it. */
  async function vault(): Promise<Job['options']> {
    const folder = emptyFolder()
    const options = vaultIn(folder)
    await addSlot(options, forPassphrase(new Secret('open sesame')))
    const typing = { ...options, ask: async () => new Secret('open sesame') }
    await storeOf(typing).save(someone, credential(parseAddress(at), { secret: new Secret('s3') }))
    for (const path of ['', ...readdirSync(folder, { recursive: true })])
      chownSync(join(folder, String(path)), uid, uid)
    const { folder: place, keyFile } = options
    return { folder: place, keyFile, uid }
  }

  /** What the kernel holds for this vault, wherever it is linked: name and length of each key. */
  async function keysOf({ folder }: Job['options']): Promise<string[]> {
    const { id } = JSON.parse(readFileSync(join(folder, 'vault.json'), 'utf8'))
    const { stdout } = await run('setpriv', [...asUser.slice(1), 'cat', '/proc/keys'], { env: cleanEnvironment() })
    return stdout.split('\n').filter((line) => line.includes(id))
  }

  const find: Step = ['find', at]
  const found = [['ann', 's3']]
  const locked = expect.objectContaining({ code: 'locked' })

  test('asks once, then every session of the user has it open, until lock', async () => {
    const options = await vault()
    const passphrase = 'open sesame'
    expect(await work({ options, steps: [find] }, ...login)).toEqual([locked])
    const [unlocked] = await work({ options, passphrase, steps: [['unlock', hour]] }, ...login)
    expect(unlocked).toMatchObject({ by: 'passphrase', until: expect.any(Number) })
    expect(await work({ options, steps: [find] }, ...login)).toEqual([found])
    expect(await work({ options, steps: [find, ['lock'], find, ['lock']] }, ...login)).toEqual([
      found,
      true,
      locked,
      false,
    ])
  })

  test('lock reaches a session that has seen the key before', async () => {
    const options = await vault()
    const passphrase = 'open sesame'
    const results = await inOneLogin(
      { options, passphrase, steps: [['unlock', hour], find] },
      { options, steps: [find, ['lock']], ofItsOwn: true },
      { options, steps: [find] },
    )
    expect(results.slice(1)).toEqual([found, found, true, locked])
  })

  test('is over when its time is over, and then forgotten', async () => {
    const options = await vault()
    await work({ options, passphrase: 'open sesame', steps: [['unlock', hour]] }, ...login)
    expect(await work({ options, later: hour + 1, steps: [find, ['lock']] }, ...login)).toEqual([locked, false])
  })

  test('a second unlock counts for sessions that have seen the first', async () => {
    const options = await vault()
    const passphrase = 'open sesame'
    const results = await inOneLogin(
      { options, passphrase, steps: [['unlock', hour / 4]] },
      { options, passphrase, steps: [['unlock', hour]], ofItsOwn: true },
      { options, later: hour / 2, steps: [find] },
      { options, steps: [['lock']] },
    )
    expect(results.slice(2)).toEqual([found, true])
  })

  test('opens its own vault and no other', async () => {
    const [one, other] = [await vault(), await vault()]
    await work({ options: one, passphrase: 'open sesame', steps: [['unlock', hour]] }, ...login)
    expect(await work({ options: other, steps: [find] }, ...login)).toEqual([locked])
    expect(await work({ options: one, steps: [find, ['lock']] }, ...login)).toEqual([found, true])
  })

  test('is over when the vault has another key', async () => {
    const options = await vault()
    await work({ options, passphrase: 'open sesame', steps: [['unlock', hour]] }, ...login)
    const ask = async () => new Secret('open sesame')
    const whole = { ...options, now: Date.now, ask }
    await rekeyAs(whole)
    expect(await work({ options, steps: [find, ['lock']] }, ...login)).toEqual([locked, false])
  })

  test('a process without a session keyring sees what was kept elsewhere, keeps it for others and leaves nothing', async () => {
    const options = await vault()
    const passphrase = 'open sesame'
    await work({ options, passphrase, steps: [['unlock', hour]] }, ...login)
    expect(await work({ options, steps: [find, ['lock']] }, ...asUser)).toEqual([found, true])
    await work({ options, passphrase, steps: [['unlock', hour]] }, ...asUser)
    expect(await work({ options, steps: [find] }, ...login)).toEqual([found])
    expect(await work({ options, steps: [['lock']] }, ...asUser)).toEqual([true])
    expect(await work({ options, steps: [find] }, ...login)).toEqual([locked])
    expect(await keysOf(options)).toEqual([])
  })

  needs('strace', programOnPath('strace') !== undefined)('where the kernel refuses', () => {
    const refusing = ['strace', '-f', '-qqq', '-o', '/dev/null', '-e', 'trace=keyctl,add_key']
    const refused = [...refusing, '-e', 'inject=keyctl,add_key:error=EPERM']

    test('it is unavailable, to whoever unlocks and to whoever reads', async () => {
      const options = await vault()
      const unavailable = expect.objectContaining({ code: 'unavailable' })
      const steps: Step[] = [['unlock', hour], ['lock']]
      const passphrase = 'open sesame'
      expect(await work({ options, passphrase, steps }, ...asUser, ...refused)).toEqual([unavailable, unavailable])
      expect(await work({ options, steps: [find] }, ...asUser, ...refused)).toEqual([unavailable])
      expect(await work({ options, steps: [find] }, ...login)).toEqual([locked])
      expect(await keysOf(options)).toEqual([])
    })

    test('what was handed over opens the vault all the same', async () => {
      const options = await vault()
      expect(await work({ options, handed: 'open sesame', steps: [find] }, ...asUser, ...refused)).toEqual([found])
    })

    test('a key that is not kept whole is no success', async () => {
      const options = await vault()
      const passphrase = 'open sesame'
      const full = [...refusing, '-e', 'inject=add_key:error=EDQUOT']
      expect(await work({ options, passphrase, steps: [['unlock', hour]] }, ...login, ...full)).toEqual([
        expect.objectContaining({ code: 'unavailable' }),
      ])
      expect(await work({ options, steps: [find] }, ...login)).toEqual([locked])
    })
  })

  /** A rekey by root would leave files of root's. */
  async function rekeyAs(options: Parameters<typeof rekey>[0]): Promise<void> {
    const { uid: _, ...unchecked } = options
    await rekey(unchecked, { without: [], ask: async () => new Secret('open sesame') })
    for (const path of readdirSync(options.folder, { recursive: true })) {
      chownSync(join(options.folder, String(path)), uid, uid)
    }
  }
})

test('a text that unlock did not print is taken for a passphrase', async () => {
  const { parseUnlocked, printUnlocked } = await import('../../../src/stores/vault/unlocked.ts')
  const unlocked = { vault: 'ab'.repeat(16), from: 4, until: 5, key: Buffer.alloc(32, 3) }
  expect(parseUnlocked(printUnlocked(unlocked))).toEqual(unlocked)
  expect(parseUnlocked('credbridge is my passphrase')).toBeUndefined()
  expect(() => parseUnlocked('credbridge-unlocked 2 x')).toThrow(expect.objectContaining({ code: 'unsupported' }))
  expect(() => parseUnlocked('credbridge-unlocked 1 x 4 5 short')).toThrow(
    expect.objectContaining({ code: 'malformed' }),
  )
})
