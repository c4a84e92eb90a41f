import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import type { Run } from '../../../src/core/program.ts'
import { Secret } from '../../../src/core/secret.ts'
import { helperStore } from '../../../src/stores/helper/store.ts'
import { runIn } from '../../../src/system/child.ts'
import { someone } from '../../asker.ts'
import { type PasswordStore, startPass } from '../../real/pass.ts'
import { needsPrograms, programOnPath } from '../../real/require.ts'
import { type Session, startSession } from '../../real/session.ts'
import { storeContract } from '../contract.ts'
import { credential, expectFailure, expectItems } from '../contract-world.ts'

const run = runIn(process.env)

interface Place {
  readonly env: Readonly<Record<string, string>>
  readonly folder: string
}

const within =
  (env: Readonly<Record<string, string>>): Run =>
  (program, words, options) =>
    run(program, words, { ...options, env: { ...env, ...options?.env } })

function openReal(name: string, { env, folder }: Place, how: Run = within(env)) {
  const command = `docker-credential-${name}`
  const program = programOnPath(command) ?? ''
  return helperStore(name, {
    command,
    program,
    run: how,
    limit: () => 10_000,
    lock: { folder, name: 'it', userId: process.getuid?.() ?? -1 },
    locks: { folder: join(folder, 'locks'), userId: process.getuid?.() ?? -1 },
  })
}

async function direct(name: string, { env }: Place, verb: string, input: string): Promise<string> {
  return (await within(env)(programOnPath(`docker-credential-${name}`) ?? '', [verb], { input })).stdout
}

/** What docker's own helper keeps for docker, and what we keep there for docker, is the same. */
function sharesWithDocker(name: string, place: () => Place): void {
  test('what docker kept there without us is found, and the other way round', async () => {
    const store = openReal(name, place())
    const hub = parseAddress('https://docker.io')
    const item = credential(hub, { owner: 'docker', secret: new Secret('one') })
    const server = 'https://index.docker.io/v1/'
    await direct(name, place(), 'store', JSON.stringify({ ServerURL: server, Username: 'ann', Secret: 'one' }))
    expectItems(await store.find(someone, [hub]), [item])
    expect(await store.list(someone)).toEqual([{ endpoint: hub, account: 'ann', owner: 'docker', kind: 'basic' }])
    await store.save(someone, { ...item, secret: new Secret('two') })
    expect(JSON.parse(await direct(name, place(), 'get', server))).toMatchObject({ Username: 'ann', Secret: 'two' })
    expect(await store.remove(someone, item)).toBe(true)
    expect(await store.list(someone)).toEqual([])
  })
}

needsPrograms(
  'docker-credential-pass',
  'pass',
  'gpg',
  'gpgconf',
)('pass', () => {
  let pass: PasswordStore
  beforeAll(async () => {
    pass = await startPass(afterAll)
  })
  storeContract('docker-credential-pass', () => openReal('pass', pass))
  sharesWithDocker('pass', () => pass)

  test('a save that cannot be encrypted leaves nothing that pass stumbles over', async () => {
    const store = openReal('pass', pass)
    const kept = credential(parseAddress('https://kept.example.com'))
    await store.save(someone, kept)
    const ids = join(pass.env['PASSWORD_STORE_DIR'] ?? '', '.gpg-id')
    const before = readFileSync(ids)
    writeFileSync(ids, 'nobody@example.com\n')
    await expectFailure(store.save(someone, credential(parseAddress('https://lost.example.com'))), 'unavailable')
    await expectFailure(store.save(someone, { ...kept, secret: new Secret('newer') }), 'unavailable')
    writeFileSync(ids, before)
    expect(await store.list(someone)).toHaveLength(1)
    expectItems(await store.find(someone, [kept.endpoint]), [kept])
    await store.remove(someone, kept)
  })

  needsPrograms('strace')('traced', () => {
    test('no program that runs for it is told a secret in its words or its environment', async () => {
      const trace = join(pass.folder, 'trace')
      const options = ['-f', '-v', '-s', '100000', '-A', '-e', 'trace=execve', '-o', trace]
      const traced: Run = (program, words, more) =>
        within(pass.env)(programOnPath('strace') ?? '', [...options, program, ...words], more)
      const store = openReal('pass', pass, traced)
      const item = credential(parseAddress('https://traced.example.com'), { secret: new Secret('only-on-stdin') })
      await store.save(someone, item)
      expectItems(await store.find(someone, [item.endpoint]), [item])
      expect(await store.remove(someone, item, item.secret)).toBe(true)
      const calls = readFileSync(trace, 'utf8')
      expect(calls).toMatch(/execve\("[^"]*docker-credential-pass", \[[^\]]*"store"\]/)
      expect(calls).toMatch(/execve\("[^"]*gpg2?"/)
      expect(calls).toContain('CREDBRIDGE_INSIDE_HELPER=1')
      expect(calls).not.toContain('only-on-stdin')
    })
  })
})

needsPrograms(
  'docker-credential-secretservice',
  'dbus-daemon',
  'gnome-keyring-daemon',
)('secretservice', () => {
  let session: Session
  beforeAll(async () => {
    session = await startSession('unlocked', afterAll)
  })
  storeContract('docker-credential-secretservice', () => openReal('secretservice', session))
  sharesWithDocker('secretservice', () => session)

  test('a locked keyring is broken, not empty', async () => {
    const store = openReal('secretservice', session)
    const item = credential(parseAddress('https://locked.example.com'))
    await store.save(someone, item)
    await session.lock()
    await expectFailure(store.find(someone, [item.endpoint]), 'unavailable')
    await session.restart()
    expectItems(await store.find(someone, [item.endpoint]), [item])
    await store.remove(someone, item)
  })
})
