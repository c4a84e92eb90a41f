import type { Credential, Entry, Kind, Owner } from '../../core/credential.ts'
import type { Address } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { Secret } from '../../core/secret.ts'
import type { Answer } from '../../core/selection.ts'
import type { Environment } from '../../system/machine.ts'
import { type Dialect, type Input, reply } from '../dialect.ts'
import type { Wanted } from '../not-kept.ts'
import { type Intent, oneShot } from '../one-shot.ts'
import { endpointOf, groupsAbove, isHub, isServer, registryOf, serverOf, spellingOf } from './address.ts'
import { printObject, readMessage, readServer } from './message.ts'
import { containersHelper, docker, dockerHelper, kindOf, ownerFor } from './names.ts'
import { isNoRegistry } from './no-registry.ts'

const kinds: readonly Kind[] = ['basic', 'docker-identity']
const oneAccount = true

/** Clients compare these sentences: docker-credential-helpers, credentials/error.go. */
const notFound = 'credentials not found in native keychain\n'
const noServer = reply('no credentials server URL\n', 1)
const noUser = reply('no credentials username\n', 1)

/** docker's credential helper protocol as docker, helm, oras, crane and regctl speak it. */
export function dockerDialect(version: string): Dialect {
  const serverIn = ({ endpoint, spelling }: Entry) => {
    return isServer(endpoint) ? (spelling ?? serverOf(endpoint)) : undefined
  }
  return helperDialect({ command: dockerHelper.command, version, keyOf: serverIn, ownerFor })
}

/** The same protocol as podman, skopeo and buildah speak it. */
export function containersDialect(version: string): Dialect {
  const registryIn = ({ endpoint, spelling }: Entry) => registryOf(endpoint, spelling)
  return helperDialect({ command: containersHelper.command, version, keyOf: registryIn, ownerFor: () => docker })
}

interface Flavour {
  readonly command: string
  readonly version: string
  /** How its clients spell an entry in a list; `undefined` if they cannot use it. */
  keyOf(entry: Entry): string | undefined
  /** The owner of the sign-ins. */
  ownerFor(env: Environment, folder: string): Owner
}

/**
 * The only argument is the verb. An error is one sentence on standard output with exit code 1. Clients may hide it and
 * go on without a sign-in, so it is also printed on standard error, which all clients pass on. If several accounts
 * match, the client gets "not found".
 */
function helperDialect({ command, version, keyOf, ownerFor }: Flavour): Dialect {
  const usage = `Usage: ${command} <store|get|erase|list|version>\n`
  return oneShot({
    tool: docker,
    absent: reply(notFound, 1),
    done: reply(''),
    ambiguous: 'broken',
    whenLocked: { setting: 'docker.when-locked', value: 'anonymous' },

    broken(failure, text) {
      const sentence = failure.code === 'ambiguous' ? notFound : text.slice(0, text.indexOf('\n') + 1)
      return { stdout: sentence, stderr: text, exitCode: 1 }
    },

    reading({ words: [verb, ...more] }) {
      if (more.length > 0) return undefined
      if (verb === 'get' || verb === 'erase') return { atMost: 64 * 1024 }
      return verb === 'store' ? { atMost: 1024 * 1024 } : undefined
    },

    read({ words: [verb, ...more], env, folder }, input) {
      const owner = ownerFor(env, folder)
      if (verb === undefined || more.length > 0) return { do: 'reply', reply: reply(usage, 1) }
      switch (verb) {
        case 'get':
          return get(owner, input)
        case 'store':
          return store(owner, input)
        case 'erase':
          return erase(owner, input)
        case 'list':
          return { do: 'list', listing: { tool: owner, kinds, oneAccount }, found: (entries) => list(entries, keyOf) }
        case 'version':
        case '--version':
        case '-v':
          return { do: 'reply', reply: reply(`${command} (credbridge) ${version}\n`) }
        case '--help':
        case '-h':
          return { do: 'reply', reply: reply(usage) }
        default:
          return { do: 'reply', reply: reply(`${command}: unknown action: ${verb.replace(/\p{Cc}/gu, '?')}\n`, 1) }
      }
    },
  })
}

function get(owner: Owner, input: Input): Intent {
  const server = readServer(input.text())
  if (server === '') return { do: 'reply', reply: noServer }
  const at = endpointOf(server)
  const endpoints = [at, ...groupsAbove(at)]
  const lookup = { tool: owner, kinds, endpoints, oneAccount, sharedOnly: isNoRegistry(at) }
  return { do: 'find', lookup, wanted: wantedAt(at), found: (answer) => answered(server, answer) }
}

/** Hub has public images for all, the host follows a question for a repository, and the rest is no registry. */
function wantedAt(at: Address): Wanted | undefined {
  return isHub(at) || at.path !== '' || isNoRegistry(at) ? undefined : { endpoint: at, kind: 'basic' }
}

function store(owner: Owner, input: Input): Intent {
  const { ServerURL, Username, Secret: secret } = readMessage(input.text())
  const server = readServer(ServerURL ?? '')
  if (server === '') return { do: 'reply', reply: noServer }
  if (Username === undefined || Username === '') return { do: 'reply', reply: noUser }
  if (secret === undefined) throw new Failure('malformed', 'the credentials have no Secret')
  const endpoint = endpointOf(server)
  const credential: Credential = {
    endpoint,
    account: Username,
    owner,
    kind: kindOf(Username),
    secret: new Secret(secret),
    ...spellingOf(server, endpoint),
  }
  return { do: 'save', credential, saving: { oneAccount, lists: true } }
}

function erase(owner: Owner, input: Input): Intent {
  const server = readServer(input.text())
  if (server === '') return { do: 'reply', reply: noServer }
  const endpoint = endpointOf(server)
  return { do: 'remove', removal: { tool: owner, kinds, endpoint, borrowedAt: groupsAbove(endpoint) } }
}

function answered(server: string, { credential, user }: Answer): ReturnType<typeof reply> {
  const { kind, secret } = credential
  if (!isCarried({ kind, account: user })) {
    throw new Failure(
      'malformed',
      `docker would mistake the user name at ${credential.endpoint.key} for the mark of a token`,
    )
  }
  const members = [
    ['ServerURL', server],
    ['Username', user],
    ['Secret', secret.expose()],
  ] as const
  return reply(printObject(members))
}

/** Sorted by server, as Go encodes a map. */
function list(entries: readonly Entry[], keyOf: Flavour['keyOf']): ReturnType<typeof reply> {
  const members = entries.filter(isCarried).flatMap((entry): [string, string][] => {
    const key = keyOf(entry)
    return key === undefined ? [] : [[key, entry.account]]
  })
  return reply(printObject(members.sort(([a], [b]) => (a < b ? -1 : 1))))
}

function isCarried({ kind, account }: Pick<Credential, 'account'> & { kind: Entry['kind'] }): boolean {
  return kind === kindOf(account)
}
