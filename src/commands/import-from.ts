import { type Command, Option } from 'commander'
import type { Broker } from '../core/broker.ts'
import type { Credential } from '../core/credential.ts'
import { Failure, isFailure } from '../core/failure.ts'
import { printable } from '../core/failure-text.ts'
import type { ForeignItem } from '../core/foreign-item.ts'
import { hint } from '../core/hint.ts'
import { sameValue } from '../core/same.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { foreignItems } from '../stores/choose.ts'
import type { Machine } from '../system/machine.ts'
import { tools } from '../tools/index.ts'
import { nothingThere, onlyShown, secretsIn, shownAccount, withoutQuestion } from './arguments.ts'
import { refusal } from './import-readers.ts'
import { faultOf } from './is-set-up.ts'

const foreignHelpers = tools.flatMap((tool) => tool.foreignHelpers ?? [])

interface ImportFromOptions {
  readonly from?: string
  readonly yes?: boolean
  readonly dryRun?: boolean
  readonly remove?: boolean
  readonly withoutSetup?: boolean
  readonly only?: string
  readonly undo?: boolean
}

/** The options of `credbridge import --from <helper>`. */
export function fromHelper(command: Command): Command {
  return command
    .addOption(
      new Option('--from <helper>', "another helper that keeps its items in the system's keychain").choices(
        foreignHelpers.map(({ name }) => name),
      ),
    )
    .option('--remove', "with --from: remove each of the helper's items after its copy was read back")
}

/** Copies the items of a foreign helper in the same keychain. Names those whose secret the keychain does not give. */
export async function importFromHelper(
  context: CliContext,
  name: string | undefined,
  options: ImportFromOptions,
): Promise<number> {
  const helper = foreignHelpers.find((one) => one.name === options.from)
  if (helper === undefined || name !== undefined || options.only !== undefined || options.undo === true) {
    throw new Failure('malformed', '--from goes with neither a tool nor --only nor --undo', {
      hints: [hint`credbridge import --help`],
    })
  }
  const { terminal, machine, engine, asker } = context
  const broker = await context.broker()
  const items = await foreignItems(await engine.settings(), machine, asker, helper.searches)
  const usable = items.flatMap((item) => {
    const text = isFailure(item.secret) ? '' : item.secret.expose()
    const credential = readable(() => helper.read(item.attributes, text))
    return credential === undefined ? [] : [{ item, credential }]
  })
  const all = usable.filter(({ item }) => !isFailure(item.secret))
  for (const { credential } of all) terminal.say(`${printable(shown(credential))}\n`)
  for (const { item, credential } of usable) {
    if (isFailure(item.secret)) terminal.say(`note: left, ${printable(shown(credential))}: ${item.secret.message}\n`)
  }
  const unused = items.length - usable.length
  if (unused > 0) terminal.say(`note: ${unused} of its items cannot be used\n`)
  if (all.length === 0) terminal.say('nothing to import\n')
  if (all.length === 0) return nothingThere
  if (options.remove === true && options.withoutSetup !== true)
    await refuseSigningOut(
      machine,
      all.map(({ credential }) => credential),
    )
  if (options.dryRun === true) return 0
  const question = `Copy ${secretsIn(all.length)} into credbridge?`
  if (options.yes !== true && !(await terminal.confirm(question, withoutQuestion, onlyShown))) {
    terminal.say('nothing was changed\n')
    return nothingThere
  }
  for (const { item, credential } of all) await copy(broker, item, credential, options.remove === true)
  terminal.say(`${all.length} ${options.remove === true ? 'moved' : 'copied'}\n`)
  return 0
}

/** Refuses `--remove` for tools that do not ask credbridge. They would find neither the old item nor the copy. */
async function refuseSigningOut(machine: Machine, credentials: readonly Credential[]): Promise<void> {
  for (const owner of new Set(credentials.map((credential) => credential.owner))) {
    const fault = await faultOf(machine, owner, tools)
    if (fault === undefined) continue
    throw new Failure('refused', refusal([fault]), {
      hints: [fault.setup, hint`to remove them all the same: --without-setup`],
    })
  }
}

async function copy(broker: Broker, item: ForeignItem, credential: Credential, remove: boolean): Promise<void> {
  const { endpoint, account, owner, kind } = credential
  if ((await broker.save(credential, { asOwn: true })) === 'expired') return
  const kept = await broker.find({ tool: owner, kinds: [kind], endpoints: [endpoint], account })
  if (kept === undefined || !sameValue(kept.credential, credential)) {
    throw new Failure('internal', `${endpoint.key} was not kept; the other helper's item is untouched`)
  }
  if (remove) await item.remove()
}

/** Skips an item whose endpoint or text cannot be used. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function shown({ endpoint, account, kind }: Credential): string {
  return `${shownAccount(account)} at ${endpoint.key} (${kind})`
}
