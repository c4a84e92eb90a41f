import type { Command } from 'commander'
import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import { agoInWords } from '../core/time-words.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import type { Said } from '../serve/remembered.ts'
import { nothingThere, sayLine, shownAccount } from './arguments.ts'

interface GrantsOptions {
  readonly revoke?: string
  readonly revokeAll?: boolean
}

export function grantsCommand(program: Command, context: CliContext): void {
  program
    .command('grants')
    .description('show what is served to other machines now, and what you have said when asked; take it back')
    .option('--revoke <number>', 'take back this answer; a running serve obeys at once')
    .option('--revoke-all', 'take back all answers')
    .action(async (options: GrantsOptions) => context.end(await grants(context, options)))
}

/** An answer, and the file that has it. */
interface Answer extends Said {
  readonly file: string
}

async function grants({ machine, terminal }: CliContext, { revoke, revokeAll }: GrantsOptions): Promise<number> {
  const [{ lastingFile, liveGrants }, { readSaid, writeSaid }, { table }] = await Promise.all([
    import('../serve/live-grants.ts'),
    import('../serve/remembered.ts'),
    import('./table.ts'),
  ])
  const { userId, folders } = machine
  const live = await liveGrants(folders.state, userId)
  const files = [lastingFile(folders.state), ...live.map(({ file }) => file)]
  const answers = files.flatMap((file): readonly Answer[] => readSaid(file, userId).map((said) => ({ ...said, file })))
  const back = revokeAll === true ? answers : revoke === undefined ? [] : [numbered(answers, revoke)]
  for (const file of new Set(back.map((one) => one.file))) {
    const left = answers.filter((one) => one.file === file && !back.includes(one))
    writeSaid(
      file,
      left.map(({ file: _, ...said }) => said),
      userId,
    )
  }
  if (revokeAll === true || revoke !== undefined) {
    for (const { grant, tool, endpoint } of back) sayLine(terminal, `taken back: ${grant}, ${tool} at ${endpoint}`)
    return back.length === 0 ? nothingThere : 0
  }
  if (live.length + answers.length === 0) {
    sayLine(terminal, 'nothing is served to other machines, and no answer is remembered')
    return nothingThere
  }
  for (const { name, socket, says } of live) sayLine(terminal, `served now: ${name} at ${socket}: ${says}`)
  const now = Date.now()
  const number = (answer: Answer) => String(answers.indexOf(answer) + 1)
  if (answers.length > 0) {
    const columns = [
      { heading: 'NO', cell: number },
      { heading: 'MACHINE', cell: ({ grant }: Answer) => grant, least: 8 },
      { heading: 'TOOL', cell: ({ tool }: Answer) => tool },
      { heading: 'DOES', cell: ({ does }: Answer) => does },
      { heading: 'ENDPOINT', cell: ({ endpoint }: Answer) => endpoint, least: 16, cut: 'middle' as const },
      { heading: 'ACCOUNT', cell: ({ account }: Answer) => shownAccount(account), least: 8 },
      { heading: 'YOU SAID', cell: ({ word }: Answer) => word },
      { heading: 'WHEN', cell: ({ at }: Answer) => agoInWords(at, now), rank: 1 },
    ]
    terminal.out(table(answers, columns, terminal))
  }
  return 0
}

function numbered(answers: readonly Answer[], word: string): Answer {
  const answer = /^[0-9]{1,6}$/.test(word) ? answers[Number(word) - 1] : undefined
  if (answer !== undefined) return answer
  throw new Failure('malformed', 'there is no answer of that number', { hints: [hint`credbridge grants`] })
}
