import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../test/real/run.ts'

/** The parts of one call, in milliseconds. */
export interface Moments {
  readonly "Node's own start": number
  readonly 'our files loaded, input read, up to connect': number
  readonly 'connect to the first byte': number
  readonly 'the exchange': number
  readonly 'the last byte to the answer': number
  readonly 'the answer to the end': number
}

const calls = [
  'execve',
  'connect',
  'openat',
  'write',
  'writev',
  'sendto',
  'sendmsg',
  'read',
  'readv',
  'recvfrom',
  'recvmsg',
  'exit_group',
]

/**
 * The times of its system calls. Tracing (seccomp) stops the program at these calls only, for 30 to 50 µs each. So the
 * parts add up to more than the time of an untraced call.
 */
export async function exchangeOf(
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  input: string,
  folder: string,
): Promise<Moments> {
  const file = join(folder, 'trace')
  const options = ['-f', '--seccomp-bpf', '-qq', '-ttt', '-yy', '-s', '0', '-e', `trace=${calls.join(',')}`, '-o', file]
  const { exitCode, stderr } = await run('strace', [...options, program, ...words], { env, input })
  if (exitCode !== 0) throw new Error(stderr)
  return momentsIn(readFileSync(file, 'utf8'))
}

function momentsIn(trace: string): Moments {
  const lines = trace.split('\n').flatMap((line) => {
    const [, time, what] = /^\d+ +(\d+\.\d+) (.*)$/.exec(line) ?? []
    return time === undefined || what === undefined ? [] : [{ time: Number(time) * 1000, what }]
  })
  const at = (pattern: RegExp, last = false) => {
    const hits = lines.filter(({ what }) => pattern.test(what))
    const hit = last ? hits.at(-1) : hits[0]
    if (hit === undefined) throw new Error(`no ${pattern} in the trace`)
    return hit.time
  }
  const moments = [
    lines.filter(({ what }) => what.startsWith('execve')).at(-1)?.time ?? Number.NaN,
    at(/openat.*git-credential-credbridge/),
    at(/^connect.*bus/),
    at(/^(write|writev|sendto|sendmsg)\(\d+<UNIX/),
    at(/^(read|readv|recvfrom|recvmsg)\(\d+<UNIX.* = [1-9]/, true),
    at(/^write\(1</),
    at(/^exit_group/),
  ]
  const [start = 0, file = 0, connect = 0, first = 0, last = 0, answer = 0, end = 0] = moments
  return {
    "Node's own start": file - start,
    'our files loaded, input read, up to connect': connect - file,
    'connect to the first byte': first - connect,
    'the exchange': last - first,
    'the last byte to the answer': answer - last,
    'the answer to the end': end - answer,
  }
}
