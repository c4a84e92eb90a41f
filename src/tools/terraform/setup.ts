import { basename } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { blockIn } from '../block.ts'
import { notInstalled, skippedAsAbsent } from '../installed.ts'
import type { Change, DoctorLine, Machine, Plan, Setup } from '../tool.ts'
import { helperIn, hostsIn, namesIn, withHelper, withoutHelper } from './cli-config.ts'
import { tokensIn } from './credentials-file.ts'
import { helper } from './names.ts'
import { type Client, clientsOf, configFiles, installedClients } from './places.ts'
import { faultOfPlugin, linkingPlugin, unlinkingPlugin } from './plugin-link.ts'
import { proveTerraform } from './prove.ts'

const fix = hint`credbridge setup terraform`

/** A `credentials_helper` block in the configuration of Terraform or OpenTofu, and a link in its plugin folder. */
export const terraformSetup: Setup = {
  async plan(machine): Promise<Plan> {
    const clients = installedClients(machine)
    if (clients.length === 0) throw notInstalled('Terraform', hint`or install OpenTofu`)
    for (const client of clients) refuseOther(machine, client)
    const folders = distinct(clients.map(({ pluginFolder }) => pluginFolder))
    const links = folders.flatMap((folder) => linkingPlugin(machine, folder))
    const missing = clients.filter((client) => helperOf(machine, client) === undefined)
    const files = distinct(missing.map(({ configFile }) => configFile))
    // The link first: with a block and no helper, the clients complain.
    return { changes: [...links, ...files.map((file) => adding(machine, file))], remarks: remarksOn(machine, clients) }
  },

  async undo(machine): Promise<Plan> {
    const clients = clientsOf(machine)
    const files = distinct(clients.flatMap((client) => configFiles(machine, client)))
    const changes = files.flatMap((file) => removing(machine, file))
    const links = distinct(clients.map(({ pluginFolder }) => pluginFolder)).flatMap((one) =>
      unlinkingPlugin(machine, one),
    )
    const byHand = files.filter((file) => helperIn(withoutHelper(machine.files.read(file) ?? '')) === helper)
    const remarks = byHand.map((file) => `${file} names credbridge in lines that are not setup's: remove them yourself`)
    return { changes: [...changes, ...links], remarks }
  },

  prove: (machine) => proveTerraform(machine, installedClients(machine)),

  async check(machine): Promise<readonly DoctorLine[]> {
    const clients = installedClients(machine)
    if (clients.length === 0) return skippedAsAbsent('Terraform')
    const notes = usedFirst(machine, clients).map((says): DoctorLine => ({ state: 'note', says }))
    return [...clients.map((client) => lineFor(machine, client)), ...notes, ...readableIn(machine)]
  },
}

function readableIn(machine: Machine): readonly DoctorLine[] {
  const tokens = tokensIn(machine)
  return distinct(tokens.map(({ file }) => file)).map((file): DoctorLine => {
    const { length } = tokens.filter((one) => one.file === file)
    const says = `${length === 1 ? 'a token is' : `${length} tokens are`} readable in ${file}`
    return { state: 'note', says, fix: hint`credbridge import terraform` }
  })
}

function lineFor(machine: Machine, client: Client): DoctorLine {
  const { name, pluginFolder } = client
  const named = helperOf(machine, client)
  if (named === undefined) return { state: 'note', says: `${name} does not ask credbridge`, fix }
  if (named !== helper) return { state: 'note', says: `${name} asks the helper ${named} and not credbridge` }
  const fault = faultOfPlugin(machine, pluginFolder)
  if (fault === undefined) return { state: 'ok', says: `${name} asks credbridge` }
  return { state: 'wrong', says: `${name} does not find credbridge: ${fault}`, fix }
}

/** The helper that the client's configuration names, ours only if no other is named. */
function helperOf(machine: Machine, client: Client): string | undefined {
  const named = configFiles(machine, client).flatMap((file) => helperIn(textOf(machine, file)) ?? [])
  return named.find((one) => one !== helper) ?? named[0]
}

/** The clients take one block in all files together. */
function refuseOther(machine: Machine, client: Client): void {
  for (const file of configFiles(machine, client)) {
    const named = helperIn(textOf(machine, file))
    if (named === undefined || named === helper) continue
    const other = named === '' ? 'another helper' : `the helper ${named}`
    throw new Failure('refused', `${client.name} asks ${other}, and can have only one`, {
      hints: [hint`remove its credentials_helper block from ${file}, then: credbridge setup terraform`],
    })
  }
}

function textOf(machine: Machine, file: string): string {
  const text = machine.files.read(file) ?? ''
  if (namesIn(text) !== undefined) return text
  throw new Failure('malformed', `${file} cannot be read as a configuration of terraform`, {
    hints: [hint`mend it first; nothing was changed`],
  })
}

function adding(machine: Machine, file: string): Change {
  const after = withHelper(textOf(machine, file))
  return { says: `${file}: ask credbridge`, apply: () => machine.files.write(file, after) }
}

function removing(machine: Machine, file: string): readonly Change[] {
  const text = machine.files.read(file)
  const after = text === undefined ? undefined : withoutHelper(text)
  if (text === undefined || after === undefined || after === text) return []
  const isOnlyOurs = after === '' && blockIn(text) !== undefined
  const apply = () => (isOnlyOurs ? machine.files.remove(file) : machine.files.write(file, after))
  return [{ says: `${file}: no longer ask credbridge`, apply }]
}

function remarksOn(machine: Machine, clients: readonly Client[]): readonly string[] {
  const tokens = tokensIn(machine).map(
    ({ file, host }) => `${file} has a token for ${host}, which is used first: credbridge import terraform`,
  )
  return [...usedFirst(machine, clients), ...tokens]
}

/** What a person has written that the clients use before they ask a helper. */
function usedFirst(machine: Machine, clients: readonly Client[]): readonly string[] {
  const { env, files } = machine
  const variables = Object.keys(env).filter((name) => name.startsWith('TF_TOKEN_') && (env[name] ?? '') !== '')
  const blocks = distinct(clients.flatMap((client) => configFiles(machine, client)))
    .filter((file) => basename(file) !== 'credentials.tfrc.json')
    .flatMap((file) => hostsIn(files.read(file) ?? '').map((host) => `${file} has a token for ${host}`))
  return [...variables.map((name) => `${name} is set`), ...blocks].map((one) => `${one}, which is used first`)
}

function distinct(all: readonly string[]): readonly string[] {
  return [...new Set(all)]
}
