import type { Command } from 'commander'
import { toolOf } from '../core/credential.ts'
import { hint, placeWords } from '../core/hint.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { nothingThere, sayLine, shownAccount, withService } from './arguments.ts'
import { atPlace } from './pick.ts'
import type { NamedPlace } from './place.ts'
import { withdrawApproval } from './withdraw-approval.ts'

export function restoreCommand(program: Command, context: CliContext): void {
  const copies = async () => {
    const restorable = await (await context.broker()).restorable()
    return (await restorable.all()).map(({ erased }) => erased)
  }
  withService(program.command('restore [endpoint] [account]'))
    .description('restore a credential that a server refused, or that set or remove took away, within the last day')
    .option('--replace', 'replace a newer sign-in')
    .action(async (word: string | undefined, account: string | undefined, options) =>
      context.end(
        await atPlace(context, [word, account], options, (place) => restore(context, place, options), copies),
      ),
    )
}

async function restore(
  context: CliContext,
  { endpoint, account }: NamedPlace,
  options: { replace?: boolean },
): Promise<number> {
  const { terminal, broker } = context
  const restorable = await (await broker()).restorable()
  const { back, waiting } = await restorable.restore(endpoint, account, options.replace)
  for (const item of back) {
    sayLine(terminal, `${shownAccount(item.account)} at ${item.endpoint.key} is back, saved by ${item.owner}`)
    if (item.kind !== 'minted') continue
    await withdrawApproval(context, item)
    const words = placeWords(item.endpoint, item.account)
    sayLine(terminal, hint`note: its command runs once you approve it: credbridge approve ${words}`)
  }
  for (const item of waiting) {
    const command = hint`credbridge restore --replace ${placeWords(endpoint, item.account)}`
    sayLine(terminal, `note: ${item.owner} has a newer one; to replace it: ${command}`)
  }
  const resumed = await restorable.resume(endpoint, account)
  for (const { owner } of resumed) sayLine(terminal, `${toolOf(owner)} uses the credentials for ${endpoint.key} again`)
  if (back.length + resumed.length > 0) return 0
  sayLine(terminal, 'nothing to restore: no copy is kept, or its time is over')
  return nothingThere
}
