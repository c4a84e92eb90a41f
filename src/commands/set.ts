import type { Command } from 'commander'
import { cloudKeys } from '../core/cloud-keys.ts'
import { type Credential, type Entry, hasExpired, type Kind, person } from '../core/credential.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { Failure } from '../core/failure.ts'
import { endpointWords, hint, placeWords } from '../core/hint.ts'
import { samePlace } from '../core/same.ts'
import type { Secret } from '../core/secret.ts'
import { type Described, readSecretText } from '../core/secret-text.ts'
import { printedKind } from '../core/stored-view.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { tools } from '../tools/index.ts'
import { kindOption, sayLine, withService } from './arguments.ts'
import { withoutEndpoint } from './pick.ts'
import { type NamedPlace, placeFrom } from './place.ts'
import { remarksOn } from './set-remarks.ts'
import { withdrawApproval } from './withdraw-approval.ts'

export function setCommand(program: Command, context: CliContext): void {
  withService(program.command('set [endpoint] [account]'))
    .alias('add')
    .description('keep a secret, typed on the terminal or read from standard input')
    .addOption(kindOption())
    .option('--scheme <word>', 'the word before it in an Authorization header, for --kind header or bearer')
    .option('--allow-empty', 'accept an empty secret from standard input')
    .option('--command <words>', 'keep a command that prints the secret, instead of a secret')
    .option('--lasts <time>', 'how long what the command prints can be used: 45m, 12h, 7d')
    .action(async (word: string | undefined, account: string | undefined, options) => {
      if (word === undefined && !context.terminal.inIsTerminal) throw withoutEndpoint()
      const typed = word ?? (await context.terminal.ask('Endpoint'))
      context.end(await set(context, await placeFrom(context, typed, account, options), options))
    })
}

export interface SetOptions {
  readonly service?: boolean
  readonly kind: Kind
  readonly scheme?: string
  readonly allowEmpty?: boolean
  readonly command?: string
  readonly lasts?: string
}

/** Keeps a person's secret, or the command that prints it. Returns the exit code. */
export async function set(
  context: CliContext,
  { endpoint, account: named }: NamedPlace,
  options: SetOptions,
): Promise<number> {
  const { terminal, broker } = context
  const { kind, scheme } = options
  refuseOddScheme(kind, scheme)
  const account = named ?? (terminal.inIsTerminal && kind === 'basic' ? await terminal.ask('User name') : '')
  const place = { endpoint, account, owner: person }
  const isCommand = options.command !== undefined || options.lasts !== undefined
  const minting = isCommand ? await import('./set-minted.ts') : undefined
  const minted = minting?.describeMinted(context.machine, place, options)
  const credential: Credential = minted?.credential ?? {
    ...place,
    ...(await describedBy(context, endpoint, options)),
    ...(scheme === undefined ? {} : { scheme }),
  }
  if (hasExpired(credential, Date.now())) throw new Failure('refused', 'it has expired already, nothing was kept')
  const actions = await (await broker()).personActions()
  const change = await actions.set(credential)
  if (minting !== undefined) await minting.approveSet(context, credential)
  else if (change.replacedCommand) await withdrawApproval(context, place)
  sayLine(terminal, change.result === 'unchanged' ? 'unchanged' : `kept for ${endpoint.key}${minted?.shown ?? ''}`)
  const { recoverHours, tokenUser } = await context.engine.settings()
  const printed = { ...credential, kind: printedKind(credential) }
  const remarks = [...remarksOn(change, credential, recoverHours), ...remarksOnUser(printed, tokenUser)]
  remarks.push(...(minted?.remarks ?? []))
  if (terminal.inIsTerminal) remarks.push(...(await remarksOnListing(context, printed)))
  for (const remark of remarks) sayLine(terminal, `note: ${remark}`)
  return 0
}

/** Reads the secret and what belongs to it. */
async function describedBy(context: CliContext, endpoint: Endpoint, options: SetOptions): Promise<Described> {
  const { kind } = options
  const { terminal } = context
  if (terminal.inIsTerminal && kind === 'cloud-keys') {
    const id = await terminal.askSecret('Access key id')
    const key = await terminal.askSecret('Secret access key')
    return cloudKeys(id, key, await terminal.askSecret('Session token, empty if there is none'))
  }
  if (terminal.inIsTerminal && kind === 'client-certificate') {
    throw new Failure('refused', 'a certificate and its key are read from standard input', {
      hints: [hint`cat cert.pem key.pem | credbridge set --kind client-certificate ${endpointWords(endpoint)}`],
    })
  }
  return readSecretText(kind, await secretFor(context, endpoint, options))
}

/** Reads the secret from the terminal or standard input. Refuses an empty one: often a variable was not set. */
async function secretFor({ terminal }: CliContext, endpoint: Endpoint, { allowEmpty }: SetOptions): Promise<Secret> {
  const secret = terminal.inIsTerminal
    ? await terminal.askSecret(`Secret for ${endpoint.key}`)
    : await terminal.readSecret()
  if (secret.expose() !== '' || (allowEmpty === true && !terminal.inIsTerminal)) return secret
  if (terminal.inIsTerminal) throw new Failure('refused', 'nothing was typed, nothing was kept')
  throw new Failure('refused', 'standard input was empty, nothing was kept', {
    hints: [hint`to keep an empty secret: --allow-empty`],
  })
}

/** Reports the tools that send a user name with a secret that has none. */
function remarksOnUser(credential: Credential, fromSettings: string): readonly string[] {
  return tools.flatMap(({ name, userFor }) => {
    const user = userFor?.(credential, fromSettings)
    return user === undefined ? [] : [`${name} would send it with the user name ${user}`]
  })
}

/** Reports programs that find only listed accounts: those that their tool saved or a person shared with it. */
async function remarksOnListing({ machine, broker }: CliContext, entry: Entry): Promise<readonly string[]> {
  const { endpoint, account } = entry
  const remarks: string[] = []
  for (const { name, seeOnlyListed } of tools) {
    const programs = seeOnlyListed?.(entry, machine) ?? []
    if (programs.length === 0) continue
    const isItsOwn = (other: Entry) => samePlace(other, { endpoint, account, owner: name })
    if ((await (await broker()).list()).some(isItsOwn)) continue
    const share = hint`credbridge share ${placeWords(endpoint, account)} --with ${name}`
    remarks.push(`${programs.join(' and ')} will not find it unless it is listed: ${share}`)
  }
  return remarks
}

/** RFC 9110, 11.1: a scheme is a token. */
function refuseOddScheme(kind: Kind, scheme: string | undefined): void {
  if (scheme === undefined) return
  if (kind !== 'header' && kind !== 'bearer') {
    throw new Failure('malformed', 'a scheme goes with --kind header or --kind bearer')
  }
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(scheme)) throw new Failure('malformed', 'a scheme is one word')
}
