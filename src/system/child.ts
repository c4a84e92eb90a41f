import { spawn } from 'node:child_process'
import { isAbsolute, parse, sep } from 'node:path'
import { Failure } from '../core/failure.ts'
import type { Ran, Run, RunOptions } from '../core/program.ts'
import { childEnvironment } from './child-environment.ts'
import type { Environment } from './machine.ts'

const usualOutput = 16 * 1024 * 1024

/** Returns a function that runs programs with this environment and the additions of each call. */
export function runIn(env: Environment): Run {
  return (program, words, options) => run(env, program, words, options)
}

/**
 * Runs a program, named by its absolute path, without a shell. Its working directory is the root folder, so that it
 * finds nothing in the current one. Over the time limit: `timeout`. Cannot be started, or prints too much:
 * `unavailable`.
 */
async function run(
  from: Environment,
  program: string,
  words: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  if (!isAbsolute(program)) throw new Failure('internal', 'a program must be named by its absolute path')
  // Windows passes their arguments through a shell, so Node refuses:
  // https://nodejs.org/en/blog/vulnerability/april-2024-security-releases-2
  if (sep === '\\' && /\.(cmd|bat)$/i.test(program)) {
    throw new Failure('unavailable', `${program} is a batch file, and cannot be started`)
  }
  const { mostOutput = usualOutput } = options
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      cwd: parse(program).root,
      env: childEnvironment(options.inherits === false ? {} : from, options.env),
      windowsHide: true,
    })
    // On Windows a stream that is destroyed while it is written to reports that.
    for (const stream of child.stdio) stream?.on('error', () => {})
    const failed = (code: 'timeout' | 'unavailable', what: string) => {
      child.kill('SIGKILL')
      // The program's own children may survive and hold its streams open. They must not keep this process alive.
      for (const stream of child.stdio) stream?.destroy()
      reject(new Failure(code, `${program} ${what}`))
    }
    const timer = setTimeout(() => failed('timeout', 'did not answer in time'), options.limit ?? 10_000)
    const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => {
      const chunks: Buffer[] = []
      let size = 0
      stream.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > mostOutput) failed('unavailable', `printed more than ${mostOutput} bytes`)
        else chunks.push(chunk)
      })
      return () => Buffer.concat(chunks).toString('utf8')
    })
    child.stdin.end(options.input ?? '')
    child.on('error', () => {
      clearTimeout(timer)
      failed('unavailable', 'cannot be started')
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ stdout: stdout?.() ?? '', stderr: stderr?.() ?? '', exitCode: code ?? 128 })
    })
  })
}
