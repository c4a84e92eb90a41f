import { type Failure, failureToPass } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import type { Terminal } from '../core/terminal.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { stageFiles } from '../system/staged-files.ts'
import type { FoundSecrets, PlainSecret, PlainSecrets, SetupOptions, Tool } from '../tools/tool.ts'
import type { Batch, Finding } from './import-batch.ts'
import { removingLeftovers } from './leftovers.ts'
import { keepSecret } from './take-over.ts'

/* Finding and moving the secrets of one tool, for an import of it alone or of all tools. */

/** Finds the plain secrets of a tool, and writes nothing. */
export async function findIn(
  { machine }: CliContext,
  tool: Tool,
  source: PlainSecrets,
  options: SetupOptions,
): Promise<Finding & FoundSecrets> {
  const staged = stageFiles(removingLeftovers(machine).files)
  return { tool, source, staged, ...(await source.find({ ...machine, files: staged.files }, options)) }
}

export interface MoveOptions {
  /** Whether this one replaces another secret that is kept already. */
  replaces(secret: PlainSecret): boolean
  /** Whether to stop before the next step. */
  isStopped?(): Promise<boolean>
}

export interface Moved {
  readonly kept: readonly PlainSecret[]
  /** Those that are kept now and stay in their files, too. */
  readonly stayed: readonly PlainSecret[]
  readonly failure?: Failure
}

export function sayLeft({ say }: Pick<Terminal, 'say'>, { where }: PlainSecret): void {
  say(`${printable(where)}: left, another secret is kept already; --replace takes this one\n`)
}

/** Keeps each secret and reads it back, then removes those from their files, also if one of them fails. */
export async function move(
  context: CliContext,
  finding: Finding,
  secrets: readonly PlainSecret[],
  batch: Batch | undefined,
  { replaces, isStopped = async () => false }: MoveOptions,
): Promise<Moved> {
  const { terminal } = context
  const kept: PlainSecret[] = []
  let failure: Failure | undefined
  const note = (error: unknown) => {
    failure ??= failureToPass(error)
  }
  try {
    for (const secret of secrets) {
      if (await isStopped()) break
      if (await keepSecret(context, secret, replaces(secret))) kept.push(secret)
      else sayLeft(terminal, secret)
    }
  } catch (error) {
    note(error)
  }
  const isWhole = ({ where }: PlainSecret) => finding.secrets.every((one) => one.where !== where || kept.includes(one))
  const stayed = new Set(batch === undefined ? [] : kept.filter((secret) => !isWhole(secret)))
  for (const { where } of stayed)
    terminal.say(`${printable(where)}: kept, and left, because not all of it could be moved\n`)
  try {
    for (const { secret, error } of (await batch?.takeOut(finding, kept.filter(isWhole))) ?? []) {
      if (secret !== undefined) stayed.add(secret)
      note(error)
    }
  } catch (error) {
    note(error)
  }
  return { kept, stayed: [...stayed], ...(failure === undefined ? {} : { failure }) }
}
