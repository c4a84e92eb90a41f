import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { connectByNet } from '../../../src/system/unix-socket-net.ts'
import { someone } from '../../asker.ts'
import { needsPrograms } from '../../real/require.ts'
import { run } from '../../real/run.ts'
import { loginPassword, type Session, startSession } from '../../real/session.ts'
import { failureOf, git, gits, pythons, secretsAt, storeOn } from './world.ts'

const suite = needsPrograms('dbus-daemon', 'gnome-keyring-daemon', 'setpriv')
/** For what never answers. What does may take longer on a busy machine. */
const short = { first: 1_000, answer: 500, person: 1_000 }

suite('nobody there, and gnome-keyring is locked', () => {
  let session: Session

  beforeAll(async () => {
    session = await startSession('unlocked', afterAll)
    await storeOn(session).save(someone, gits('kept'))
    await storeOn(session).save(someone, pythons('a service', 'ann', 'kept'))
    await session.restart('never-unlocked')
  })

  test('whatever matches is locked, and the failure names the command that unlocks it', async () => {
    const store = storeOn(session)
    for (const request of [
      () => store.find(someone, [git]),
      () => store.find(someone, [git], 'ann'),
      () => store.save(someone, gits('other')),
      () => store.remove(someone, gits('')),
      () => store.save(someone, gits('new', { account: 'bob' })),
    ]) {
      const failure = await failureOf(request())
      expect(failure).toMatchObject({ code: 'locked' })
      expect(failure.hints.join('\n')).toContain('gnome-keyring-daemon --replace --unlock')
    }
  })

  test('what matches nothing is absent, because gnome-keyring says what it has also while it is locked', async () => {
    const store = storeOn(session)
    expect(await store.find(someone, [pythons('another', '', '').endpoint])).toEqual([])
    expect(await store.remove(someone, gits('', { account: 'nobody' }))).toBe(false)
  })

  test('a list is locked: before the first unlocking not even the names can be read', async () => {
    expect(await failureOf(storeOn(session).list(someone))).toMatchObject({ code: 'locked' })
  })

  test('the command that it names unlocks it', async () => {
    const [hint = ''] = (await failureOf(storeOn(session).find(someone, [git]))).hints
    const [, command = ''] = /else with: (.*)$/.exec(hint) ?? []
    const own = await run('bash', ['-c', `${command} >/dev/null 2>&1; pidof gnome-keyring-daemon`], {
      env: session.env,
      input: `${loginPassword}\n`,
    })
    onTestFinished(async () => endThoseOf(session, own.stdout.trim().split(' ')))
    const isOpen = async () => expect(await secretsAt(storeOn(session))).toEqual(['kept'])
    await vi.waitFor(isOpen, { timeout: 30_000 })
    // The daemon that was replaced may still be leaving the bus.
    const isLocked = async () => {
      await session.lock()
      expect(await failureOf(storeOn(session).find(someone, [git]))).toMatchObject({ code: 'locked' })
    }
    await vi.waitFor(isLocked, { timeout: 30_000 })
    expect(await storeOn(session).list(someone)).toMatchObject([{ account: 'ann' }, { account: 'ann' }])
  })
})

suite('no collection, and nobody there', () => {
  let session: Session
  beforeAll(async () => {
    session = await startSession('no-collection', afterAll)
  })

  test('nothing is there, and where to put it neither', async () => {
    const store = storeOn(session)
    expect(await store.find(someone, [git])).toEqual([])
    expect(await store.list(someone)).toEqual([])
    expect(await failureOf(store.save(someone, gits('x')))).toMatchObject({ code: 'unavailable' })
  })
})

suite('a daemon that comes and goes', () => {
  const opened = async () => {
    const session = await startSession('unlocked', onTestFinished)
    const store = storeOn(session)
    await store.save(someone, gits('kept'))
    return { session, store }
  }

  test('killed: unavailable, and found again by the same store once it is back', async () => {
    const { session, store } = await opened()
    await session.kill()
    expect(await failureOf(store.find(someone, [git]))).toMatchObject({ code: 'unavailable' })
    await session.restart()
    expect(await secretsAt(store)).toEqual(['kept'])
  })

  test('restarted between two requests: its old session and paths are no obstacle', async () => {
    const { session, store } = await opened()
    await session.restart()
    await store.save(someone, gits('changed'))
    expect(await secretsAt(store)).toEqual(['changed'])
  })

  test('killed in the middle of a request: unavailable, and nothing is lost', async () => {
    const { session, store } = await opened()
    session.pause()
    const request = failureOf(store.save(someone, gits('changed')))
    await session.kill()
    expect(await request).toMatchObject({ code: 'unavailable' })
    await session.restart()
    expect(await secretsAt(store)).toEqual(['kept'])
  })

  test('stopped: timeout, for a store that has spoken to it and for one that has not, and fine when it goes on', async () => {
    const { session } = await opened()
    const store = storeOn(session, { limits: short })
    const isKept = () => vi.waitFor(async () => expect(await secretsAt(store)).toEqual(['kept']), { timeout: 30_000 })
    await isKept()
    session.pause()
    for (const asked of [store, storeOn(session, { limits: short })]) {
      expect(await failureOf(asked.find(someone, [git]))).toMatchObject({ code: 'timeout' })
      expect(await failureOf(asked.save(someone, gits('changed')))).toMatchObject({ code: 'timeout' })
      expect(await failureOf(asked.list(someone))).toMatchObject({ code: 'timeout' })
    }
    session.resume()
    await isKept()
  })

  test('the bus itself ends: unavailable', async () => {
    const { session, store } = await opened()
    await session.stop()
    expect(await failureOf(store.find(someone, [git]))).toMatchObject({ code: 'unavailable' })
  })
})

suite('a bus on which something is wrong', () => {
  const there = () => startSession('no-service', onTestFinished)
  const service = (session: Session, program: string) => {
    const lines = ['[D-BUS Service]', 'Name=org.freedesktop.secrets', `Exec=${program}`, '']
    mkdirSync(join(session.folder, 'services'), { recursive: true })
    writeFileSync(join(session.folder, 'services', 'secrets.service'), lines.join('\n'))
    return run(
      'dbus-send',
      ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/', 'org.freedesktop.DBus.ReloadConfig'],
      {
        env: session.env,
      },
    )
  }

  test('no Secret Service, and none that could be started', async () => {
    expect(await failureOf(storeOn(await there()).find(someone, [git]))).toMatchObject({ code: 'unavailable' })
  })

  test.each([
    ['ends at once', '/bin/false', 'unavailable'],
    ['is not there', '/nowhere/secrets', 'unavailable'],
    ['starts and never says a word', '/bin/sleep 60', 'timeout'],
  ])('one that is started and %s', async (_, program, code) => {
    const session = await there()
    await service(session, program)
    const limits = code === 'timeout' ? short : {}
    expect(await failureOf(storeOn(session, { limits }).find(someone, [git]))).toMatchObject({ code })
  })

  test('one that the bus starts is waited for', async () => {
    const session = await there()
    await service(session, '/bin/sh -c "sleep 1; exec gnome-keyring-daemon --foreground --components=secrets"')
    const store = storeOn(session)
    expect(await store.find(someone, [git])).toEqual([])
  })

  test.each([
    ['as a pipe', undefined],
    ['by node:net', connectByNet],
  ])('a socket that never answers, dialled %s', async (_, connect) => {
    const session = await startSession('silent-bus', onTestFinished)
    const store = storeOn(session, { limits: short, ...(connect === undefined ? {} : { connect }) })
    expect(await failureOf(store.find(someone, [git]))).toMatchObject({ code: 'timeout' })
  })

  test.each([
    ['no address', undefined, 'unavailable'],
    ['an empty one', '', 'unavailable'],
    ['a socket that is not there', 'unix:path=/nowhere/bus', 'unavailable'],
    ['an abstract one that nobody listens to', 'unix:abstract=/tmp/credbridge-nobody,guid=00', 'unavailable'],
    ['an abstract one without a guid', 'unix:abstract=/tmp/credbridge-nobody', 'refused'],
    ['another machine', 'tcp:host=localhost,port=1', 'unsupported'],
    ['a program to start', 'unixexec:path=/bin/true', 'unsupported'],
    ['a path longer than a socket can have', `unix:path=/${'x'.repeat(300)}`, 'unavailable'],
  ])('%s', async (_, address, code) => {
    for (const more of [{}, { connect: connectByNet }]) {
      const store = storeOn({ env: {} }, { address, ...more })
      expect(await failureOf(store.find(someone, [git]))).toMatchObject({ code })
    }
  })

  test('the bus must have the guid that its address says', async () => {
    const session = await startSession('no-service', onTestFinished)
    const guid = await guidOf(join(session.env['XDG_RUNTIME_DIR'] ?? '', 'bus'))
    expect(guid).toMatch(/^[0-9a-f]{32}$/)
    const bus = session.env['DBUS_SESSION_BUS_ADDRESS']
    const failing = (address: string) => failureOf(storeOn(session, { address }).find(someone, [git]))
    expect(await failing(`${bus},guid=${guid}`)).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('Secret Service'),
    })
    expect(await failing(`${bus},guid=${'0'.repeat(32)}`)).toMatchObject({ code: 'refused' })
  })

  test.runIf(process.getuid?.() === 0)(
    "another user's socket is passed over, and refused where no other one answers",
    async () => {
      const session = await startSession('unlocked', onTestFinished)
      const strangers = join(session.folder, 'strangers')
      writeFileSync(strangers, '')
      chownSync(strangers, 65_534, 65_534)
      const address = `unix:path=${strangers};${session.env['DBUS_SESSION_BUS_ADDRESS']}`
      expect(await storeOn(session, { address }).find(someone, [git])).toEqual([])
      const alone = `unix:path=${strangers};unix:path=/nowhere/bus`
      expect(await failureOf(storeOn(session, { address: alone }).find(someone, [git]))).toMatchObject({
        code: 'refused',
        message: expect.stringContaining('belongs to another user'),
      })
    },
  )

  test('of several addresses the first that answers counts', async () => {
    const session = await startSession('unlocked', onTestFinished)
    const address = `tcp:host=localhost,port=1;unix:path=/nowhere/bus;${session.env['DBUS_SESSION_BUS_ADDRESS']}`
    for (const more of [{}, { connect: connectByNet }]) {
      expect(await storeOn(session, { address, ...more }).find(someone, [git])).toEqual([])
    }
  })
})

/** The guid with which whoever listens there welcomes this user. */
async function guidOf(path: string): Promise<string> {
  const socket = createConnection(path)
  onTestFinished(() => void socket.destroy())
  socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(process.getuid?.())).toString('hex')}\r\n`)
  const [answer] = await once(socket, 'data')
  return /^OK (\S+)\r\n$/.exec(String(answer))?.[1] ?? ''
}

/** Ends the daemons among these that belong to this session, and no others. */
function endThoseOf(session: Session, pids: readonly string[]): void {
  for (const pid of pids) {
    const environment = `/proc/${pid}/environ`
    if (!existsSync(environment)) continue // One of another test, which has ended meanwhile.
    if (readFileSync(environment, 'utf8').includes(session.folder)) process.kill(Number(pid), 'SIGKILL')
  }
}
