import type { Owner } from '../core/credential.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { tools } from '../tools/index.ts'
import type { Asked } from '../tools/question.ts'
import { shownAccount } from './arguments.ts'
import { atHome } from './at-home.ts'
import { clearSecrets, movingOut } from './doctor-tools.ts'
import { atAny } from './explain-kept.ts'
import type { Decided } from './explain-settings.ts'
import { endpointsOf, type ToolExplained } from './explain-tool.ts'
import { readersOn } from './import-readers.ts'
import { isAbsent } from './is-set-up.ts'

/** Where these tools look before they ask credbridge, or instead: other helpers, and secrets that lie in files. */
export async function elsewhere(
  context: CliContext,
  asked: Asked,
  explained: readonly ToolExplained[],
  only: Owner | undefined,
): Promise<readonly Decided[]> {
  return [...(await otherHelpers(context, asked, explained)), ...(await plainOnes(context, asked, explained, only))]
}

async function otherHelpers(
  { machine }: CliContext,
  { endpoint }: Asked,
  explained: readonly ToolExplained[],
): Promise<readonly Decided[]> {
  if (endpoint.form !== 'address') return []
  const decided: Decided[] = []
  for (const { tool: name } of explained) {
    const before = await tools
      .find((one) => one.name === name)
      ?.askedBefore?.(machine, endpoint)
      .catch(() => [])
    for (const { why, setup } of before ?? []) decided.push({ what: 'elsewhere', says: why, change: setup })
  }
  return decided
}

async function plainOnes(
  { machine }: CliContext,
  { endpoint }: Asked,
  explained: readonly ToolExplained[],
  only: Owner | undefined,
): Promise<readonly Decided[]> {
  const endpoints = [endpoint, ...explained.flatMap(({ findings }) => endpointsOf(findings))]
  const lackingFor = readersOn(machine)
  const decided: Decided[] = []
  for (const [tool, all] of await clearSecrets({ machine }, tools, async () => [])) {
    const meant = all.filter(({ readBy }) => only === undefined || (readBy ?? [tool.name]).includes(only))
    const here = atAny(
      meant.map((secret) => ({ secret, endpoint: secret.credential.endpoint })),
      endpoints,
    )
    if (here.length === 0 || (await isAbsent(machine, tool))) continue
    for (const { secret } of here) {
      const { where, credential } = secret
      const who = `${shownAccount(credential.account)} at ${credential.endpoint.key}`
      const { fix, remark = '' } = await movingOut(tool, [secret], lackingFor)
      const says = `${tool.name}: a plain secret of ${who} lies in ${atHome(where, machine.home)}, and may be used first${remark}`
      decided.push({ what: 'elsewhere', says, change: fix })
    }
  }
  return decided
}
