import { isAbsolute, join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Machine } from '../tool.ts'

/*
 * Where Terraform and OpenTofu look. Terraform: internal/command/cliconfig. OpenTofu's config_unix.go: it reads
 * Terraform's files if it has none of its own, and the folders of XDG if there is no ~/.terraform.d.
 */

export interface Client {
  /** The program, and its name for a person. */
  readonly name: 'terraform' | 'tofu'
  /** The configuration that it reads first; setup adds to it. */
  readonly configFile: string
  /** The folder with further configuration, and with the tokens that it keeps itself. */
  readonly folder: string
  /** Whether it reads the configuration in this folder. */
  readonly readsFolder: boolean
  /** Where it finds a helper. */
  readonly pluginFolder: string
}

/** Both clients, installed or not. */
export function clientsOf(machine: Machine): readonly Client[] {
  return machine.platform === 'win32' ? onWindows(machine) : elsewhere(machine)
}

/** The clients that are installed. */
export function installedClients(machine: Machine): readonly Client[] {
  return clientsOf(machine).filter(({ name }) => machine.program(name) !== undefined)
}

/** All files that the client reads, the main one first. */
export function configFiles({ files }: Machine, { configFile, folder, readsFolder }: Client): readonly string[] {
  const names = readsFolder ? files.names(folder) : []
  const more = names.filter((name) => name.endsWith('.tfrc') || name.endsWith('.tfrc.json'))
  return [configFile, ...more.map((name) => join(folder, name))]
}

/** Where the client keeps tokens if it asks no helper. */
export function credentialsFile({ folder }: Client): string {
  return join(folder, 'credentials.tfrc.json')
}

function elsewhere(machine: Machine): readonly Client[] {
  const { home, files } = machine
  const [folder, legacyFile, newFile] = ['.terraform.d', '.terraformrc', '.tofurc'].map((name) => join(home, name)) as [
    string,
    string,
    string,
  ]
  // What setup makes for Terraform changes where OpenTofu looks.
  const isTerraformThere = machine.program('terraform') !== undefined
  const hasFolder = isTerraformThere || files.exists(folder)
  const hasLegacyFile = isTerraformThere || files.exists(legacyFile)
  const xdg = (variable: string) => {
    const path = absolute(machine, variable)
    return path && join(path, 'opentofu')
  }
  const [config, data] = [xdg('XDG_CONFIG_HOME'), xdg('XDG_DATA_HOME')]
  const ownFile = files.exists(newFile) ? newFile : hasLegacyFile ? legacyFile : undefined
  const tofuFolder = hasFolder ? folder : (config ?? folder)
  const tofuPlugins = hasFolder ? folder : (data ?? folder)
  const named = override(machine)
  const readsFolder = named === undefined
  return [
    { name: 'terraform', configFile: named ?? legacyFile, folder, readsFolder, pluginFolder: join(folder, 'plugins') },
    {
      name: 'tofu',
      configFile: named ?? ownFile ?? (config === undefined ? newFile : join(config, 'tofurc')),
      folder: tofuFolder,
      readsFolder,
      pluginFolder: join(tofuPlugins, 'plugins'),
    },
  ]
}

function onWindows(machine: Machine): readonly Client[] {
  const base = absolute(machine, 'APPDATA') ?? join(machine.home, 'AppData', 'Roaming')
  const [legacyFile, newFile] = [join(base, 'terraform.rc'), join(base, 'tofu.rc')]
  const hasLegacyFile = machine.program('terraform') !== undefined || machine.files.exists(legacyFile)
  const tofuFile = hasLegacyFile && !machine.files.exists(newFile) ? legacyFile : newFile
  const folder = join(base, 'terraform.d')
  const named = override(machine)
  const both = { folder, readsFolder: named === undefined, pluginFolder: join(folder, 'plugins') }
  return [
    { name: 'terraform', configFile: named ?? legacyFile, ...both },
    { name: 'tofu', configFile: named ?? tofuFile, ...both },
  ]
}

/** With this variable the clients read the file that it names, and no other. */
function override(machine: Machine): string | undefined {
  return absolute(machine, 'TF_CLI_CONFIG_FILE') ?? absolute(machine, 'TERRAFORM_CONFIG')
}

/** An absolute path from the environment. A relative one would depend on the client's working directory. */
function absolute({ env }: Machine, variable: string): string | undefined {
  const path = env[variable] ?? ''
  if (path === '') return undefined
  if (isAbsolute(path)) return path
  throw new Failure('refused', `${variable} is not an absolute path`, {
    hints: [hint`set ${variable} to an absolute path`],
  })
}
