import { type Command, Option } from 'commander'
import { kinds, type Owner, person } from '../core/credential.ts'
import type { Failure } from '../core/failure.ts'
import { safeJson } from '../core/safe-json.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { tools } from '../tools/index.ts'
import { type Asked, lookupAt, type MakeQuestion } from '../tools/question.ts'
import type { Tool } from '../tools/tool.ts'
import { broken, nothingThere, withService } from './arguments.ts'
import { elsewhere } from './explain-elsewhere.ts'
import { explainedAsJson } from './explain-json.ts'
import { allKept } from './explain-kept.ts'
import { decidedBy } from './explain-settings.ts'
import { printAllTools, printTool } from './explain-text.ts'
import { explainTool, type ToolExplained } from './explain-tool.ts'
import { placeFrom } from './place.ts'

export function explainCommand(program: Command, context: CliContext): void {
  const names = [person, ...askers().map(({ name }) => name)]
  withService(program.command('explain <endpoint> [account]'))
    .description('say what each tool gets for an endpoint, and why it gets nothing or another credential')
    .addOption(new Option('--tool <tool>', 'only this tool, in detail').choices(names))
    .option('--json', 'as JSON')
    .action(async (word: string, account: string | undefined, options) =>
      context.end(await explainTo(context, await placeFrom(context, word, account, options), options)),
    )
}

interface ExplainOptions {
  readonly tool?: Owner
  readonly json?: boolean
  readonly service?: boolean
}

async function explainTo(context: CliContext, asked: Asked, options: ExplainOptions): Promise<number> {
  const kept = await allKept(context)
  const explained: ToolExplained[] = []
  for (const { name, question } of askersNamed(options.tool)) {
    const asks = await question(asked, context.machine)
    if (asks !== undefined) explained.push(await explainTool(context, name, asks, kept))
  }
  const found = [
    ...(await elsewhere(context, asked, explained, options.tool)),
    ...(await decidedBy(context, asked.endpoint, kept, explained, options.tool)),
  ]
  const decided = found.filter(({ says }, index) => found.findIndex((one) => one.says === says) === index)
  const report = { asked, kept, explained, decided }
  if (options.json === true) context.terminal.out(`${safeJson(explainedAsJson(report), 2)}\n`)
  else if (options.tool === undefined) printAllTools(context.terminal, report)
  else printTool(context.terminal, report, options.tool)
  if (explained.some(({ given }) => given !== undefined)) return 0
  return explained.some(({ failure }) => isBroken(failure)) ? broken : nothingThere
}

/** Several accounts are an answer, and a store that fails is none. */
function isBroken(failure: Failure | undefined): boolean {
  return failure !== undefined && failure.code !== 'ambiguous'
}

type WithQuestion = Pick<Tool, 'name'> & { readonly question: MakeQuestion }

function askers(): readonly WithQuestion[] {
  return tools.flatMap(({ name, question }) => (question === undefined ? [] : [{ name, question }]))
}

/** A person's own commands look for every kind at exactly the endpoint. */
const persons: WithQuestion = {
  name: person,
  question: async (asked: Asked) => ({ lookup: lookupAt(person, kinds, asked) }),
}

function askersNamed(name: Owner | undefined): readonly WithQuestion[] {
  return [...askers(), persons].filter((one) => name === undefined || one.name === name)
}
