import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadInstalled } from '../../../src/stores/keychain/calls.ts'
import { keychainStore } from '../../../src/stores/keychain/store.ts'
import { nameBeside } from '../../../src/system/leftovers.ts'
import { thisProcess } from '../../../src/system/process-identity.ts'
import { someone } from '../../asker.ts'
import { run } from '../../real/run.ts'
import { startSession } from '../../real/session.ts'
import { plain } from '../contract-world.ts'
import { itemAt, type Job, type Step } from './child.ts'
import { inChild, inSession, needsKeyring, optionsIn, type Session } from './world.ts'

const at = (path: string) => `https://git.example.com${path}`
const list: Step = { do: 'list' }

function isInKeyring(session: Session, path: string): Promise<boolean> {
  const words = ['lookup', 'service', `git:${at(path)}`, 'username', 'ann']
  return run('secret-tool', words, { env: session.env }).then(({ exitCode }) => exitCode === 0)
}

needsKeyring('a crash between the keychain and the index', () => {
  const moments: readonly [NonNullable<Job['crash']>, Step, boolean][] = [
    ['before write', { do: 'save', path: '/x', secret: 's' }, false],
    ['after write', { do: 'save', path: '/x', secret: 's' }, true],
    ['before erase', { do: 'remove', path: '/old' }, true],
    ['after erase', { do: 'remove', path: '/old' }, false],
  ]
  test.concurrent.for(moments)('%s: what is listed afterwards is what is there', async (moment, context) => {
    const [crash, step, there] = moment
    const session = await startSession('unlocked', context.onTestFinished)
    const options = optionsIn(session)
    const path = step.do === 'remove' ? step.path : '/x'
    await inChild(session.env, { options, steps: [{ do: 'save', path: '/old', secret: 'old' }] })
    const crashed = await inChild(session.env, { options, crash, steps: [step] })
    expect(crashed).toMatchObject({ signal: 'SIGKILL', steps: [] })
    expect(await isInKeyring(session, path)).toBe(there)

    await session.lock()
    const whileLocked = await inChild(session.env, { options, steps: [list] })
    await session.restart()
    const others = path === '/old' ? [] : [at('/old')]
    if (there) expect(whileLocked.steps).toEqual([{ returned: [...others, at(path)] }])

    const { steps } = await inChild(session.env, { options, steps: [list, { do: 'find', path }] })
    expect(steps[0]).toEqual({ returned: there ? [...others, at(path)] : others })
    expect(steps[1]?.returned).toHaveLength(there ? 1 : 0)
    expect(readFileSync(options.indexFile, 'utf8')).not.toContain('open')
    expect(readdirSync(dirname(options.indexFile))).toEqual(['keychain.json'])
  })
})

let session: Session

inSession((begun) => {
  session = begun
})('an index that cannot be written', () => {
  const file = () => optionsIn(session).indexFile
  const aside = () => `${file()}.aside`
  /** A real folder in the place of the file: nobody, root included, can write it. */
  const block = () => {
    if (existsSync(file())) renameSync(file(), aside())
    mkdirSync(file(), { recursive: true })
  }
  const unblock = () => {
    rmSync(file(), { recursive: true, force: true })
    if (existsSync(aside())) renameSync(aside(), file())
  }

  test('before the keychain is asked: refused, and nothing is kept', async () => {
    const store = keychainStore(optionsIn(session))
    const item = itemAt('/refused')
    block()
    const message = expect.stringContaining('keychain.json is not a file')
    await expect(store.save(someone, item)).rejects.toMatchObject({ code: 'refused', message })
    expect(await isInKeyring(session, '/refused')).toBe(false)
    unblock()
    expect(await store.list(someone)).toEqual([])
  })

  test('after the keychain was asked: refused, found all the same, and mended by list', async () => {
    const store = keychainStore({
      ...optionsIn(session),
      loadAddon: async () => {
        const addon = await loadInstalled()
        return {
          ...addon,
          findCredentialsAsync: (service) => addon.findCredentialsAsync(service),
          AsyncEntry: class extends addon.AsyncEntry {
            override async setPassword(value: string) {
              await super.setPassword(value)
              block()
            }
          },
        }
      },
    })
    const item = itemAt('/late')
    const message = expect.stringContaining('keychain.json cannot be used')
    await expect(store.save(someone, item)).rejects.toMatchObject({ code: 'refused', message })
    unblock()
    const other = keychainStore(optionsIn(session))
    expect((await other.find(someone, [item.endpoint])).map(plain)).toEqual([plain(item)])
    expect(readFileSync(optionsIn(session).indexFile, 'utf8')).toContain('open')
    expect(await other.list(someone)).toMatchObject([{ endpoint: item.endpoint }])
    expect(readFileSync(optionsIn(session).indexFile, 'utf8')).not.toContain('open')
    expect(await other.remove(someone, item)).toBe(true)
  })

  test('an entry whose item another program removed is found absent, and can be removed', async () => {
    const store = keychainStore(optionsIn(session))
    const item = itemAt('/gone')
    await store.save(someone, item)
    await run('secret-tool', ['clear', 'service', `git:${at('/gone')}`], { env: session.env })
    expect(await store.find(someone, [item.endpoint])).toEqual([])
    expect(await store.list(someone)).toMatchObject([{ endpoint: item.endpoint }])
    expect(await store.remove(someone, item)).toBe(false)
    expect(await store.list(someone)).toEqual([])
  })

  test('an item that cannot be read is malformed, and can be removed', async () => {
    const store = keychainStore(optionsIn(session))
    const item = itemAt('/broken')
    await store.save(someone, item)
    const { AsyncEntry } = await loadInstalled()
    const entry = new AsyncEntry(`git:${at('/broken')}`, 'ann', { linux: { store: 'secret-service' } })
    await entry.setPassword('credbridge:1:{')
    await expect(store.find(someone, [item.endpoint])).rejects.toMatchObject({ code: 'malformed' })
    expect(await store.remove(someone, item)).toBe(true)
    expect(await store.list(someone)).toEqual([])
  })

  test('a lock whose holder was killed is taken over', async () => {
    const options = optionsIn(session)
    const dead = { token: '0123456789abcdef', ...thisProcess(), started: '1' }
    writeFileSync(`${options.indexFile}.lock`, JSON.stringify(dead))
    const store = keychainStore(options)
    await store.save(someone, itemAt('/locked'))
    expect(await store.remove(someone, itemAt('/locked'))).toBe(true)
    expect(existsSync(`${options.indexFile}.lock`)).toBe(false)
  })

  test('a half-written file of a crash is in the way of nobody', async () => {
    const options = optionsIn(session)
    const leftover = nameBeside(options.indexFile)
    writeFileSync(leftover, '{"version":1,"ite')
    utimesSync(leftover, new Date(0), new Date(0))
    const store = keychainStore(options)
    await store.save(someone, itemAt('/debris'))
    expect(await store.remove(someone, itemAt('/debris'))).toBe(true)
    expect(readdirSync(dirname(options.indexFile))).toEqual(['keychain.json'])
  })
})

needsKeyring('several processes at once', () => {
  test('lose nothing', async () => {
    const session = await startSession('unlocked', onTestFinished)
    const options = optionsIn(session)
    const paths = ['/one', '/two', '/three']
    const count = 10
    const outcomes = await Promise.all(
      paths.map((path) => inChild(session.env, { options, steps: [{ do: 'save many', path, count }] })),
    )
    expect(outcomes.map(({ steps }) => steps)).toEqual(paths.map(() => [{}]))
    const all = paths.flatMap((path) => Array.from({ length: count }, (_, number) => `${path}/${number}`))
    const finds = all.map((path) => ({ do: 'find', path }) as const)
    const { steps } = await inChild(session.env, { options, steps: [list, ...finds] })
    expect(steps[0]?.returned).toHaveLength(all.length)
    expect(steps[0]?.returned).toEqual(expect.arrayContaining(all.map(at)))
    for (const { returned } of steps.slice(1)) expect(returned).toHaveLength(1)
  })
})
