import { Failure } from '../../core/failure.ts'
import type { Run } from '../../core/program.ts'
import type { Prompt } from './prompt.ts'

/** The program that started this process. */
export interface CallingProgram {
  /** The name of its file. */
  readonly name: string
  /** An absolute path by which the same program can be run. */
  readonly path: string
}

/**
 * `refused` if a server may have worded the prompt. Before version 8.5 ssh showed a server's prompts as they came, so
 * that one could look like any other; since then it puts `(user@host) ` before them. ssh-add talks to no server.
 */
export async function refuseServersWords(
  program: Prompt['of'],
  caller: CallingProgram | undefined,
  run: Run,
): Promise<void> {
  const isSsh = caller?.name.startsWith('ssh') === true
  const isOwn = program === 'git' ? !isSsh : caller?.name === 'ssh-add' || (isSsh && (await marksPrompts(caller, run)))
  if (!isOwn) throw new Failure('refused', 'a server may have worded this prompt')
}

async function marksPrompts({ path }: CallingProgram, run: Run): Promise<boolean> {
  const { stdout, stderr } = await run(path, ['-V'], { limit: 2000 })
  const [, major, minor] = /^OpenSSH_(?:for_Windows_)?(\d+)\.(\d+)/.exec(stderr + stdout) ?? []
  return major !== undefined && (Number(major) > 8 || (Number(major) === 8 && Number(minor) >= 5))
}
