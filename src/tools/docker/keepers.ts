import type { Credential, Entry } from '../../core/credential.ts'
import { hint } from '../../core/hint.ts'
import { type Path, withValues } from '../json-text.ts'
import type { Change, Keeper, Machine } from '../tool.ts'
import { isServer, serverOf } from './address.ts'
import { secretsInFile } from './auths.ts'
import { putBackInFiles } from './auths-edits.ts'
import { asSpelled, helperIn, membersOf, readConfig, writeConfig } from './config.ts'
import { isInstalled } from './installed.ts'
import { commandOf, docker, dockerHelper } from './names.ts'
import { formerHelper } from './naming.ts'
import { helperWorks, putBackInHelper, signInAt } from './other-helper.ts'
import { docker as client } from './places.ts'
import { configKeyOf } from './registries.ts'
import { holdsSecret } from './sign-in.ts'

/* Where docker finds its sign-ins without credbridge: another credential helper, and `auths` in its configuration. */

/** The helpers of docker-credential-helpers for each system. */
const helpers: Readonly<Record<string, readonly string[]>> = {
  linux: ['secretservice', 'pass'],
  darwin: ['osxkeychain'],
  win32: ['wincred'],
}

export async function dockerKeepers(machine: Machine): Promise<readonly Keeper[]> {
  const file = client.configFile(machine)
  const text = readConfig(machine, file)
  if (!isInstalled(machine, client, text)) return []
  const named = [helperIn(text)(''), formerHelper(machine, [file, ...asSpelled(text, ['credsStore'])])]
  const others = named.filter((name) => typeof name === 'string' && name !== '' && name !== dockerHelper.name)
  for (const name of [...(others as readonly string[]), ...(helpers[machine.platform] ?? [])]) {
    if (await helperWorks(machine, name)) return [helperKeeper(machine, file, name), authsKeeper(machine, file)]
  }
  return [authsKeeper(machine, file)]
}

function helperKeeper(machine: Machine, file: string, name: string): Keeper {
  return {
    name: commandOf(name),
    isPlain: false,
    sameAs: `helper:${name}`,
    takes: isForDocker,
    async held(credential) {
      const there = await signInAt(machine, name, serverFor(credential))
      if (there === undefined) return 'none'
      const isSame = there.account === credential.account && there.secret.equals(credential.secret)
      return isSame ? 'same' : 'another'
    },
    keep: (credential) => putBackInHelper(machine, name, { server: serverFor(credential) }, credential),
    wiring: async (entries) => wiring(machine, file, name, entries),
  }
}

/**
 * Names the helper for all registries, or only for these where docker would then no longer find others: it reads
 * `auths` only if no helper is named.
 */
function wiring(machine: Machine, file: string, name: string, entries: readonly Entry[]): readonly Change[] {
  const text = readConfig(machine, file)
  const asks = helperIn(text)
  const keys = [...new Set(entries.flatMap(({ endpoint }) => (isServer(endpoint) ? [configKeyOf(endpoint)] : [])))]
  const missing = keys.filter((key) => asks(key) !== name)
  if (missing.length === 0) return []
  const isFree = (asks('') ?? '') === '' && !membersOf(text, 'auths').some(({ value }) => holdsSecret(value))
  const own = asSpelled(text, ['credHelpers'])
  const paths: readonly Path[] = isFree ? [asSpelled(text, ['credsStore'])] : missing.map((key) => [...own, key])
  return paths.map((path) => ({
    says: `${file}: ask ${name}${path[1] === undefined ? '' : ` for ${path[1]}`}`,
    apply: () =>
      writeConfig(
        machine,
        file,
        withValues(readConfig(machine, file), [[path, name]]),
        hint`write "${path.at(-1) ?? ''}": "${name}"`,
      ),
  }))
}

function authsKeeper(machine: Machine, file: string): Keeper {
  return {
    name: file,
    isPlain: true,
    takes: (entry) => isForDocker(entry) && entry.kind === 'basic',
    async held({ endpoint, account, secret }) {
      const there = secretsInFile(machine, file, 'docker').secrets.find(
        ({ credential }) => credential.endpoint.key === endpoint.key,
      )
      if (there === undefined) return 'none'
      const { credential } = there
      return credential.account === account && credential.secret.equals(secret) ? 'same' : 'another'
    },
    async keep(credential) {
      const { endpoint, account } = credential
      const server = isServer(endpoint) ? configKeyOf(endpoint) : endpoint.key
      const [failure] = putBackInFiles(machine, [{ trace: { file, server, user: account }, credential }])
      if (failure !== undefined) throw failure
    },
    wiring: async () => [],
  }
}

function isForDocker({ endpoint, account, owner, kind }: Entry): boolean {
  return owner === docker && account !== '' && isServer(endpoint) && ['basic', 'docker-identity'].includes(kind)
}

function serverFor({ endpoint, spelling }: Credential): string {
  return spelling ?? (isServer(endpoint) ? serverOf(endpoint) : endpoint.key)
}
