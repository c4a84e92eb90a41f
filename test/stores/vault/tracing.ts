import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { needs, programOnPath, type Suite } from '../../real/require.ts'
import { run } from '../../real/run.ts'
import { cleanEnvironment } from './workers.ts'

/** The suite for tests that trace a process. A sandbox may lack strace or forbid tracing. */
export function tracing(): Suite {
  const there = programOnPath('strace') !== undefined
  return needs('strace that may trace', there && spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0)
}

/** One system call of the program's main thread. */
export interface Call {
  readonly name: string
  /** The number of calls of that name by the thread so far, including this one. */
  readonly nth: number
  readonly line: string
}

/** The system calls that change the file system or sync it. */
export const changes = ['openat', 'mkdir', 'write', 'fsync', 'rename', 'link', 'unlink', 'rmdir']

/**
 * The calls below this folder by which the program shows something to other processes, or learns what they did. It drops
 * `fsync`, reads that find the end of a file, and calls elsewhere.
 */
export function betweenProcesses(calls: readonly Call[], root: string): readonly Call[] {
  const opened = new Set<string>()
  return calls.filter(({ name, line }) => {
    const descriptor = /(?<=^(read|write)\()\d+|(?<= = )\d+$/.exec(line)?.[0] ?? ''
    if (name === 'openat' && line.includes(root)) opened.add(descriptor)
    else if (name === 'openat') opened.delete(descriptor)
    if (name === 'read' || name === 'write') return opened.has(descriptor) && !line.endsWith(' = 0')
    return name !== 'fsync' && line.includes(root)
  })
}

/** Runs a program. Returns the calls of its main thread that belong to work below this folder. */
export async function callsOf(words: readonly string[], root: string, names = changes): Promise<readonly Call[]> {
  const folder = mkdtempSync(join(tmpdir(), 'credbridge-trace-'))
  const log = join(folder, 'log')
  try {
    const options = ['-f', '-qqq', '-s', '0', '-o', log, '-e', 'signal=none', '-e', `trace=${names.join(',')}`]
    const { exitCode, stderr } = await run('strace', [...options, ...words], { env: cleanEnvironment() })
    if (exitCode !== 0) throw new Error(`strace ended with ${exitCode}: ${stderr}`)
    return within(parseLog(readFileSync(log, 'utf8')), root)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Runs a program in a fresh place and kills it when it makes this call, before the call has an effect. Returns the place. Node may
 * make a call fewer than in the traced run: then the program ends by itself, and another one is started.
 */
export async function killedAt<T>(call: Call, fresh: () => T, wordsFor: (place: T) => readonly string[]): Promise<T> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const place = fresh()
    if (await isKilledAt(call, wordsFor(place))) return place
  }
  throw new Error(`the program ended before this call: ${call.line}`)
}

async function isKilledAt(call: Call, words: readonly string[]): Promise<boolean> {
  const inject = `inject=${call.name}:signal=KILL:when=${call.nth}`
  const options = ['-f', '-qqq', '-o', '/dev/null', '-e', 'signal=none', '-e', `trace=${call.name}`, '-e', inject]
  const { signal, exitCode } = await run('strace', [...options, ...words], { env: cleanEnvironment() })
  return signal === 'SIGKILL' || exitCode === 137
}

function parseLog(text: string): Call[] {
  const counts = new Map<string, number>()
  const [main] = text.split(' ', 1)
  const calls: Call[] = []
  for (const line of text.split('\n')) {
    const [pid, name] = /^(\d+) +([a-z0-9]+)\(/.exec(line)?.slice(1) ?? []
    if (pid !== main || name === undefined) continue
    const nth = (counts.get(name) ?? 0) + 1
    counts.set(name, nth)
    calls.push({ name, nth, line: line.slice(line.indexOf(name)) })
  }
  return calls
}

/** From the first call that names the folder to the answer on standard output. */
function within(calls: readonly Call[], root: string): readonly Call[] {
  const first = calls.findIndex(({ line }) => line.includes(root))
  const answer = calls.findIndex(({ line }) => line.startsWith('write(1,'))
  return calls.slice(first, answer < 0 ? undefined : answer + 1)
}
