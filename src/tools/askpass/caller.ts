import { Failure } from '../../core/failure.ts'
import type { Machine } from '../tool.ts'
import type { Prompt } from './prompt.ts'

/** The program that started this process. */
export interface CallingProgram {
  readonly id: number
  /** When it was started, in the system's own words: process IDs are used again. */
  readonly started: string
  /** The name of its file. */
  readonly name: string
  /** An absolute path by which the same program can be run. */
  readonly path: string
}

type Asked = Pick<Machine, 'run' | 'files' | 'folders' | 'env' | 'platform'>

/**
 * `refused` if somebody else may have worded the prompt, or if ssh repeats it because the answer was wrong. Only git and
 * ssh are believed to show their own words: sudo and other clients of ssh also show those of a server.
 */
export async function refuseDoubtful(
  program: Prompt['of'],
  text: string,
  caller: CallingProgram | undefined,
  machine: Asked,
): Promise<void> {
  if (program === 'git') {
    if (!(caller === undefined ? isGitOnWindows(machine) : isGit(caller))) throw worded()
    return
  }
  if (caller === undefined || !(await isMarkingSsh(caller, machine))) throw worded()
  const { askedBefore } = await import('./asked-before.ts')
  if (askedBefore(machine, caller, text)) throw new Failure('refused', 'ssh asks again, after an answer that was wrong')
}

function worded(): Failure {
  return new Failure('refused', 'a server may have worded this prompt')
}

function isGit({ name }: CallingProgram): boolean {
  return name === 'git' || name.startsWith('git-')
}

/**
 * Windows does not tell who started us. Its ssh starts only what SSH_ASKPASS names, and that of Windows 10 does not mark
 * a server's words. Git for Windows sets the variable to a program of its own.
 */
function isGitOnWindows({ env, platform }: Asked): boolean {
  const ofSsh = env['SSH_ASKPASS'] ?? ''
  return platform === 'win32' && (ofSsh === '' || ofSsh.endsWith('/git-gui--askpass'))
}

/**
 * Before version 8.5 ssh showed a server's prompts as they came, so that one could look like any other; since then it
 * puts `(user@host) ` before them: https://www.openssh.com/txt/release-8.5. ssh-add talks to no server.
 */
async function isMarkingSsh({ name, path }: CallingProgram, { run }: Asked): Promise<boolean> {
  if (name !== 'ssh') return name === 'ssh-add'
  const { stdout, stderr } = await run(path, ['-V'], { limit: 2000 })
  const [, major, minor] = /^OpenSSH_(\d+)\.(\d+)/.exec(stderr + stdout) ?? []
  return major !== undefined && (Number(major) > 8 || (Number(major) === 8 && Number(minor) >= 5))
}
