import type { DoctorLine } from '../../core/doctor-line.ts'
import { type Address, hostAndPort } from '../../core/endpoint.ts'
import { hint } from '../../core/hint.ts'
import { skippedAsAbsent } from '../installed.ts'
import { valueAt } from '../json-text.ts'
import type { Machine, NotAsking } from '../tool.ts'
import { addressIn, isServer } from './address.ts'
import { wordsOfSetup } from './asked.ts'
import { secretsInFile } from './auths.ts'
import { asSpelled, helperIn, type Member, membersOf, readConfig } from './config.ts'
import { helperOnPath } from './helper.ts'
import { isInstalled } from './installed.ts'
import { listAnswer } from './list-answer.ts'
import { dockerHelper } from './names.ts'
import { formerHelper } from './naming.ts'
import type { Client } from './places.ts'
import { configKeyOf } from './registries.ts'
import { holdsSecret } from './sign-in.ts'
import { addressOf, ownedBy } from './unreachable.ts'

/** The state of docker or helm, for doctor. */
export async function checkClient(machine: Machine, client: Client): Promise<readonly DoctorLine[]> {
  const file = client.configFile(machine)
  const text = readConfig(machine, file)
  const { name } = client
  const all = valueAt(text, asSpelled(text, ['credsStore']))
  const single = membersOf(text, 'credHelpers')
  if ([all, ...single.map(({ value }) => value)].includes(dockerHelper.name)) {
    const helper = await helperOnPath(machine, dockerHelper)
    const lines = await signedOut(machine, client, text, helper)
    return [{ state: 'ok', says: asked(name, all, single) }, ...lines]
  }
  const fix = hint`credbridge setup ${name}`
  if (!isInstalled(machine, client, text)) return skippedAsAbsent(name)
  return [{ state: 'note', says: `${name} does not ask credbridge`, fix }]
}

/** Which helper the client asks for which servers. docker asks one helper for a server, and no other after it. */
function asked(client: string, all: unknown, single: readonly Member[]): string {
  const others = single.filter(({ value }) => value !== all)
  const named = [...new Set(others.map(({ value }) => value))].map((helper) => {
    const servers = others.filter(({ value }) => value === helper).map(({ name }) => name)
    return `${shownHelper(helper)} for ${servers.slice(0, 3).join(', ')}${servers.length > 3 ? ', …' : ''}`
  })
  const usual = typeof all === 'string' && all !== '' ? [shownHelper(all)] : []
  return `${client} asks ${[...usual, ...named].join(', ')}`
}

/** What the client asks about this registry instead of credbridge, although it asks credbridge about others. */
export async function askedInstead(machine: Machine, client: Client, at: Address): Promise<readonly NotAsking[]> {
  const text = readConfig(machine, client.configFile(machine))
  const asks = helperIn(text)
  const isAsked = [asks(''), ...membersOf(text, 'credHelpers').map(({ value }) => value)].includes(dockerHelper.name)
  const helper = asks(configKeyOf(at))
  if (!isServer(at) || !isAsked || helper === dockerHelper.name) return []
  const why = `${client.name} asks ${shownHelper(helper ?? '')} for ${hostAndPort(at)}, and not credbridge`
  return [{ why, setup: hint`credbridge ${wordsOfSetup(client, text, at, true)}` }]
}

function shownHelper(name: unknown): string {
  return name === '' ? 'no helper' : String(name)
}

/** The sign-ins that a client of credbridge does not get, although its file contains or mentions them. */
async function signedOut(
  machine: Machine,
  client: Client,
  text: string,
  helper: string,
): Promise<readonly DoctorLine[]> {
  const file = client.configFile(machine)
  const asksCredbridge = ownedBy(text, dockerHelper.name)
  const { secrets } = secretsInFile(machine, file, client.name)
  const unfound = secrets.filter((secret) => asksCredbridge(addressOf(secret))).length
  const readable = membersOf(text, 'auths').filter(({ value }) => holdsSecret(value)).length
  const left = readable - secrets.length
  const lines: DoctorLine[] = []
  const fix = hint`credbridge import ${client.name}`
  if (unfound > 0) {
    lines.push({
      state: 'wrong',
      says: `${client.name} does not find ${unfound} sign-ins that are readable in ${file}`,
      fix,
    })
  }
  if (left > 0) {
    lines.push({
      state: 'note',
      says: `${left} secrets in ${file} can be read, and import cannot move them`,
      fix: hint`credbridge import ${client.name} --dry-run`,
    })
  }
  for (const server of await unanswered(machine, text, helper)) {
    const former = formerHelper(machine, [file, ...asSpelled(text, ['credsStore'])])
    lines.push({
      state: 'note',
      says: `${client.name} has been signed in to ${server}, but credbridge has no credential for it`,
      fix:
        former === undefined || client.name !== 'docker'
          ? hint`${client.login} ${server}`
          : hint`credbridge import docker --helper ${former} --keep`,
    })
  }
  return lines
}

/** A person reads these lines; more would not help. */
const mostUnanswered = 10

/** The servers to which docker has signed in with a helper, but for which our helper has no answer. */
async function unanswered(machine: Machine, text: string, helper: string): Promise<readonly string[]> {
  const asksCredbridge = ownedBy(text, dockerHelper.name)
  const signedIn = membersOf(text, 'auths').filter(
    ({ name, value }) => !holdsSecret(value) && asksCredbridge(addressIn(name)),
  )
  if (signedIn.length === 0) return []
  const ran = await machine.run(helper, ['list'], { input: 'unused' })
  if (ran.exitCode !== 0) return []
  const listed = new Set(listAnswer(dockerHelper.command, ran).map(([server]) => addressIn(server)?.key))
  const found: string[] = []
  for (const { name } of signedIn) {
    if (found.length === mostUnanswered) break
    if (listed.has(addressIn(name)?.key)) continue
    const { exitCode, stderr } = await machine.run(helper, ['get'], { input: name })
    if (exitCode !== 0 && stderr === '') found.push(name)
  }
  return found
}
