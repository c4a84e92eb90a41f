import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { expect, onTestFinished, test, vi } from 'vitest'
import { needsPrograms } from '../../real/require.ts'
import { run } from '../../real/run.ts'
import { startSession } from '../../real/session.ts'
import type { Job, Step } from './child.ts'
import { inChild, type KeyringState, needsKeyring, optionsIn, type Session, type StepOutcome } from './world.ts'

const kept = { do: 'save', path: '/kept', secret: 'p@ss' } as const
const verbs: readonly Step[] = [
  { do: 'find', path: '/kept' },
  { do: 'save', path: '/kept', secret: 'other' },
  { do: 'save', path: '/new', secret: 'other' },
  { do: 'remove', path: '/kept' },
]
const nobody = { limits: { call: 1_000, dialog: 1_000 } } as const

function options(session: Session, more: Partial<Job['options']> = {}): Job['options'] {
  return { ...optionsIn(session), ...more }
}

async function sessionWithItem(): Promise<Session> {
  const session = await startSession('unlocked', onTestFinished)
  expect(await inChild(session.env, { options: options(session), steps: [kept] })).toMatchObject({
    steps: [{}],
    exitCode: 0,
  })
  return session
}

function codes(steps: readonly StepOutcome[]): unknown[] {
  return steps.map(({ failure, returned }) => failure?.code ?? returned ?? 'done')
}

needsKeyring('a keychain that is locked, and nobody there', () => {
  test('is locked to every verb, says how to unlock it, and loses nothing', async () => {
    const session = await sessionWithItem()
    await session.lock()
    const { steps, exitCode } = await inChild(session.env, { options: options(session), steps: verbs })
    expect(codes(steps)).toEqual(['locked', 'locked', 'locked', 'locked'])
    expect(exitCode).toBe(0)
    await unlockAsTold(session, steps[0]?.failure?.hints[0] ?? '')
    const after = await inChild(session.env, {
      options: options(session),
      steps: [...verbs.slice(0, 1), { do: 'list' }],
    })
    expect(after.steps).toMatchObject([
      { returned: [{ secret: 'p@ss' }] },
      { returned: ['https://git.example.com/kept'] },
    ])
  })

  test('can be listed', async () => {
    const session = await sessionWithItem()
    await session.lock()
    const { steps } = await inChild(session.env, { options: options(session), steps: [{ do: 'list' }] })
    expect(steps).toEqual([{ returned: ['https://git.example.com/kept'] }])
  })

  test('says absent of what nobody has saved', async () => {
    const session = await sessionWithItem()
    await session.lock()
    const steps: Step[] = [
      { do: 'find', path: '/never' },
      { do: 'remove', path: '/never' },
    ]
    expect((await inChild(session.env, { options: options(session), steps })).steps).toEqual([
      { returned: [] },
      { returned: false },
    ])
  })
})

needsPrograms(
  'dbus-monitor',
  'dbus-daemon',
  'dbus-send',
  'gnome-keyring-daemon',
  'setpriv',
)('a locked keychain', () => {
  test('is asked to unlock only if a person is there', async () => {
    const session = await sessionWithItem()
    await session.lock()
    const unlocks = await watch(session, 'Unlock')
    await inChild(session.env, { options: options(session), steps: verbs })
    expect(await unlocks()).toBe(0)
    const { steps } = await inChild(session.env, { options: options(session), personPresent: true, steps: verbs })
    expect(await unlocks()).toBeGreaterThan(0)
    expect(codes(steps)).toEqual(['locked', 'locked', 'locked', 'locked']) // Its dialog has no screen here.
  })
})

needsKeyring('no keychain', () => {
  const states: readonly [KeyringState, RegExp][] = [
    ['no-bus', /no session bus/],
    ['no-service', /nothing on the session bus/],
  ]
  test.each(states)('%s: unavailable to every verb, with the way out', async (state, message) => {
    const session = await startSession(state, onTestFinished)
    const steps: Step[] = [{ do: 'find', path: '/x' }, kept]
    const outcome = await inChild(session.env, { options: options(session), steps })
    for (const { failure } of outcome.steps) {
      expect(failure).toMatchObject({ code: 'unavailable', message: expect.stringMatching(message), stuck: false })
      expect(failure?.hints.at(-1)).toContain('credbridge use vault')
    }
    expect(outcome.steps).toHaveLength(2)
    expect(existsSync(options(session).indexFile)).toBe(false)
    expect(outcome.exitCode).toBe(0)
  })

  test('no address at all: unavailable', async () => {
    const session = await startSession('no-bus', onTestFinished)
    const { DBUS_SESSION_BUS_ADDRESS: _, XDG_RUNTIME_DIR: __, ...env } = session.env
    expect(codes((await inChild(env, { options: options(session), steps: [kept] })).steps)).toEqual(['unavailable'])
  })

  test('no collection: nothing is there, and nothing can be kept', async () => {
    const session = await startSession('no-collection', onTestFinished)
    const steps: Step[] = [{ do: 'find', path: '/kept' }, kept, { do: 'list' }]
    const outcome = await inChild(session.env, { options: options(session), steps })
    expect(codes(outcome.steps)).toEqual([[], 'unavailable', []])
  })

  test('a service that is gone: unavailable, and back when it is back', async () => {
    const session = await sessionWithItem()
    await session.kill()
    expect(codes((await inChild(session.env, { options: options(session), steps: verbs })).steps)).toEqual(
      verbs.map(() => 'unavailable'),
    )
    await session.restart()
    const { steps } = await inChild(session.env, { options: options(session), steps: verbs.slice(0, 1) })
    expect(steps).toMatchObject([{ returned: [{ secret: 'p@ss' }] }])
  })

  test("another user's bus: refused", async () => {
    const session = await sessionWithItem()
    await run('chmod', ['-R', 'a+rX', session.folder])
    await run('chmod', ['a+w', `${session.folder}/run/bus`])
    await run('chmod', ['1777', `${session.folder}/tmp`])
    const other = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
    const steps: Step[] = [{ do: 'find', path: '/kept' }]
    const elsewhere = { indexFile: `${session.folder}/tmp/none/index.json`, userId: 65534 }
    const outcome = await inChild(session.env, { options: options(session, elsewhere), steps }, other)
    expect(codes(outcome.steps)).toEqual(['refused'])
  })
})

needsKeyring('a keychain that does not answer', () => {
  test.each(verbs)('%j while the daemon is stopped: timeout, the process ends, nothing is lost', async (step) => {
    const session = await sessionWithItem()
    session.pause()
    const outcome = await inChild(session.env, { options: options(session, nobody), steps: [step] })
    expect(outcome).toMatchObject({ timedOut: false, signal: 'SIGKILL' })
    expect(outcome.steps).toMatchObject([{ failure: { code: 'timeout', stuck: true } }])
    session.resume()
    const after = await inChild(session.env, {
      options: options(session),
      steps: [...verbs.slice(0, 1), { do: 'list' }],
    })
    expect(after.steps).toMatchObject([
      { returned: [{ secret: 'p@ss' }] },
      { returned: ['https://git.example.com/kept'] },
    ])
  })

  test.each(verbs)('%j on a bus that never says a word: timeout, and the process ends', async (step) => {
    const session = await startSession('silent-bus', onTestFinished)
    const known = step.do === 'remove' ? await sessionWithItem() : session
    const outcome = await inChild(session.env, { options: options(known, nobody), steps: [step] })
    expect(outcome).toMatchObject({ timedOut: false, signal: 'SIGKILL' })
    expect(outcome.steps).toMatchObject([{ failure: { code: 'timeout', stuck: true } }])
  })

  test('does not keep others from writing afterwards', async () => {
    const session = await sessionWithItem()
    session.pause()
    await inChild(session.env, { options: options(session, nobody), steps: [{ ...kept, secret: 'other' }] })
    session.resume()
    const { steps } = await inChild(session.env, { options: options(session), steps: [kept, { do: 'list' }] })
    expect(codes(steps)).toEqual(['done', ['https://git.example.com/kept']])
  })
})

/** Does what the hint says, with the password of the session's keyring, and ends the daemon that this starts. */
async function unlockAsTold(session: Session, hint: string): Promise<void> {
  const command = hint.slice(hint.indexOf('with: ') + 'with: '.length)
  const words = ['-c', `${command} >${session.folder}/tmp/out 2>&1`]
  const { exitCode } = await run('bash', words, { env: session.env, input: 'the password of the login collection' })
  expect(exitCode).toBe(0)
  const owner = ['org.freedesktop.DBus.GetConnectionUnixProcessID', 'string:org.freedesktop.secrets'] as const
  const pid = await vi.waitFor(async () => {
    const answer = /uint32 ([0-9]+)/.exec(await call(session, ...owner))
    return Number(answer?.[1] ?? expect.unreachable('the new daemon has not taken over yet'))
  })
  onTestFinished(() => void process.kill(pid, 'SIGKILL'))
}

async function call(session: Session, method: string, ...args: string[]): Promise<string> {
  const words = ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus', method, ...args]
  return (await run('dbus-send', words, { env: session.env })).stdout
}

/** Counts the calls of this method that the bus has carried since; a call of our own says that none is still on its way. */
async function watch(session: Session, method: string): Promise<() => Promise<number>> {
  const words = ['--session', '--profile', `type='method_call',member='${method}'`]
  const monitor = spawn('dbus-monitor', words, { env: session.env, stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => void monitor.kill('SIGKILL'))
  let text = ''
  monitor.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  await once(monitor.stdout, 'data')
  const ofOthers = () => text.split('\n').filter((line) => line.startsWith('mc') && !line.includes('com.example.Mark'))
  const marks = () => text.split('com.example.Mark').length - 1
  return async () => {
    const before = marks()
    await call(session, `com.example.Mark.${method}`)
    await vi.waitFor(() => expect(marks()).toBeGreaterThan(before))
    return ofOthers().length
  }
}
