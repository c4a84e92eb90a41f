import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, onTestFinished } from 'vitest'
import { removeLeftovers } from '../../src/system/leftovers.ts'
import { type Lock, withLock } from '../../src/system/lock.ts'
import { givenUpAfter } from '../../src/system/lock-file.ts'
import { thisProcess } from '../../src/system/process-identity.ts'
import { bundled } from '../real/bundled.ts'
import { thorough, thoroughly, usual, usually } from '../real/depth.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { inFreshPlace, whileStopped } from '../real/stopped.ts'
import { callsOf, changes, killedAt, tracing } from '../stores/vault/tracing.ts'

const userId = process.getuid?.() ?? -1
const program = bundled(join(import.meta.dirname, 'lock-worker.ts'))

function someFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cb-lock-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const lockIn = (folder: string) => join(folder, 'it.lock')
const timeout = expect.objectContaining({ code: 'timeout', message: 'somebody is busy' })

function trying<T>(folder: string, work: (lock: Lock) => Promise<T> | T, wait = 0): Promise<T> {
  return withLock({ folder, name: 'it', userId }, { wait, busy: 'somebody is busy' }, work)
}

/** Starts a process that holds the lock, by this command. */
async function holder(folder: string, ...by: readonly string[]) {
  const [first = '', ...words] = [...by, process.execPath, program(), 'hold', folder]
  const child = spawn(first, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const hears = async () => (await lines.next()).value as string
  expect(await hears()).toBe('held')
  return {
    child,
    async says(line: string): Promise<string> {
      child.stdin.write(`${line}\n`)
      return hears()
    },
  }
}

async function killed(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/** Changes the holder's data in the lock file, or the file's age. */
function falsify(folder: string, more: object, age = 0): void {
  const path = lockIn(folder)
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...more }))
  const then = new Date(Date.now() - age)
  utimesSync(path, then, then)
}

usually(describe)('a lock', () => {
  usual('is held by one at a time, and leaves no file behind', async () => {
    const folder = someFolder()
    const outcome = await trying(folder, async () => {
      await expect(trying(folder, () => 'inner')).rejects.toEqual(timeout)
      return 'outer'
    })
    expect(outcome).toBe('outer')
    await expect(trying(folder, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(readdirSync(folder)).toEqual([])
  })

  usual('lets twenty processes count without a lost update', async () => {
    const folder = someFolder()
    writeFileSync(join(folder, 'number'), '0')
    const words = [program(), 'count', folder, '10']
    const counts = Array.from({ length: 20 }, () => run(process.execPath, words, { timeout: 60_000 }))
    expect((await Promise.all(counts)).map(({ stdout, stderr }) => stdout + stderr)).toEqual(Array(20).fill('done\n'))
    expect(readFileSync(join(folder, 'number'), 'utf8')).toBe('200')
    expect(readdirSync(folder)).toEqual(['number'])
  })

  usual('is acquired as soon as its holder releases it', async () => {
    const folder = someFolder()
    const { says } = await holder(folder)
    const waiting = trying(folder, () => 'had', 60_000)
    expect(await says('end')).toBe('done')
    expect(await waiting).toBe('had')
  })

  usual('of a killed holder is taken at once', async () => {
    const folder = someFolder()
    const { child } = await holder(folder)
    await killed(child)
    expect(existsSync(lockIn(folder))).toBe(true)
    expect(await trying(folder, () => 'had')).toBe('had')
    expect(readdirSync(folder)).toEqual([])
  })

  usual('of a process whose ID was reused is taken at once', async () => {
    const folder = someFolder()
    const { child } = await holder(folder)
    falsify(folder, { started: '1' })
    expect(await trying(folder, () => 'had')).toBe('had')
    child.kill('SIGKILL')
  })

  usual('of a suspended holder is not taken, however old it is', async () => {
    const folder = someFolder()
    const { child, says } = await holder(folder)
    child.kill('SIGSTOP')
    falsify(folder, {}, 100 * givenUpAfter)
    await expect(trying(folder, () => 'had')).rejects.toMatchObject({
      code: 'timeout',
      hints: [
        `wait until it ends, or end it: kill ${child.pid}`,
        `if no such process is running: rm ${lockIn(folder)}`,
      ],
    })
    child.kill('SIGCONT')
    expect(await says('check')).toBe('still held')
    expect(await says('end')).toBe('done')
  })

  usual.each([
    ['on another machine', { host: 'another' }],
    ['in another namespace', { namespace: 'pid:[1]' }],
  ])('of a holder %s is taken only after a long time, and the holder detects it', async (_, where) => {
    const folder = someFolder()
    const { says } = await holder(folder)
    falsify(folder, where, givenUpAfter - 60_000)
    await expect(trying(folder, () => 'had')).rejects.toEqual(timeout)
    falsify(folder, where, givenUpAfter + 60_000)
    await trying(folder, async () => {
      expect(await says('check')).toMatch(
        /^timeout: the worker is busy: it took the lock .* while this process was suspended$/,
      )
    })
    expect(readdirSync(folder)).toEqual([])
  })

  usual('that is unreadable is taken after a long time, too', async () => {
    const folder = someFolder()
    const old = new Date(Date.now() - givenUpAfter - 60_000)
    for (const make of [() => mkdirSync(lockIn(folder)), () => writeFileSync(lockIn(folder), '')]) {
      make()
      await expect(trying(folder, () => 'had')).rejects.toEqual(timeout)
      utimesSync(lockIn(folder), old, old)
      expect(await trying(folder, () => 'had')).toBe('had')
    }
  })

  usual('of a process without a known start time is kept while its process ID exists', async () => {
    const folder = someFolder()
    const { says } = await holder(folder)
    const { host, namespace, pid } = thisProcess()
    writeFileSync(lockIn(folder), JSON.stringify({ token: '0123456789abcdef', host, namespace, pid }))
    await expect(trying(folder, () => 'had')).rejects.toEqual(timeout)
    expect(await says('check')).toMatch(/^timeout/)
  })
})

usually(needs('root that may make namespaces', userId === 0))('a holder in a container', () => {
  needsPrograms('unshare')('with its own PID namespace', () => {
    usual('keeps its lock although its process ID does not exist here', async () => {
      const folder = someFolder()
      const { says } = await holder(folder, 'unshare', '--pid', '--fork', '--mount-proc')
      const { pid, namespace } = JSON.parse(readFileSync(lockIn(folder), 'utf8'))
      expect(pid).toBeLessThan(10)
      expect(namespace).not.toBe(thisProcess().namespace)
      await expect(trying(folder, () => 'had')).rejects.toEqual(timeout)
      expect(await says('end')).toBe('done')
    })
  })
})

usually(needsPrograms('sh', 'sleep'))('a killed holder that is a zombie', () => {
  usual('counts as dead', async () => {
    const folder = someFolder()
    const script = '"$@" & echo pid $!; exec sleep 1000'
    const parent = spawn('sh', ['-c', script, 'sh', process.execPath, program(), 'hold', folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    onTestFinished(() => void parent.kill('SIGKILL'))
    const said = new Set<string>()
    for await (const line of createInterface({ input: parent.stdout })) if (said.add(line).size === 2) break
    const pid = Number([...said].find((line) => line.startsWith('pid '))?.slice(4))
    process.kill(pid, 'SIGKILL')
    expect(await trying(folder, () => 'had', 60_000)).toBe('had')
    expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ')
  })
})

thoroughly(tracing())('a process that takes a dead lock', () => {
  const dead = JSON.stringify({ token: '0123456789abcdef', ...thisProcess(), started: '1' })

  function folderWithDeadLock(): string {
    const folder = someFolder()
    writeFileSync(lockIn(folder), dead)
    return folder
  }

  const words = (folder: string) => [process.execPath, program(), 'once', folder]

  thorough('and is killed at any system call blocks no other process', async () => {
    const traced = folderWithDeadLock()
    for (const call of await callsOf(words(traced), traced)) {
      const folder = await killedAt(call, folderWithDeadLock, words)
      expect(await trying(folder, () => 'had', 60_000), call.line).toBe('had')
      expect(
        readdirSync(folder).filter((name) => name.startsWith('it.lock') && !name.endsWith('.credbridge-new')),
        call.line,
      ).toEqual([])
      removeLeftovers(lockIn(folder), 0)
      expect(
        readdirSync(folder).filter((name) => name !== 'log'),
        call.line,
      ).toEqual([])
    }
  })

  thorough('and is stopped at any system call never holds it together with another one', async () => {
    const traced = folderWithDeadLock()
    const calls = await callsOf(words(traced), traced, [...changes, 'read', 'pread64', 'close'])
    const logIn = (folder: string) => (existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8') : '')
    let both = 0
    for (const call of calls.filter(({ line }) => !line.startsWith('write(1,'))) {
      let stopped: (() => void) | undefined
      let lock: Lock | undefined
      let left: (() => void) | undefined
      let holding: Promise<void> | undefined
      let before = ''
      const { folder, ended } = await inFreshPlace(folderWithDeadLock, async (folder) => {
        const ended = await whileStopped(call, words(folder), async () => {
          before = logIn(folder)
          holding = new Promise<void>((resolve) => {
            stopped = resolve
            trying(folder, async (held) => {
              lock = held
              resolve()
              await new Promise<void>((leave) => {
                left = leave
              })
            }).catch(() => resolve())
          })
          await holding
        })
        return { folder, ended }
      })
      stopped?.()
      if (lock !== undefined) {
        both++
        expect(before, call.line).not.toBe('in')
        expect(logIn(folder), call.line).toBe(before)
        expect(lock.stillHeld, call.line).not.toThrow()
        expect(ended.stdout, call.line).toMatch(before === 'out' ? /^done$/m : /^timeout: /m)
      } else expect(ended.stdout, call.line).toBe('done\n')
      left?.()
    }
    expect(both).toBeGreaterThan(3)
  })
})
