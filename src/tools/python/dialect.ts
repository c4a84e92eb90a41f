import { existsSync } from 'node:fs'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'
import type { Answer, Lookup } from '../../core/selection.ts'
import { type Dialect, type Input, type Reply, reply } from '../dialect.ts'
import type { Wanted } from '../not-kept.ts'
import { type Intent, oneShot } from '../one-shot.ts'
import { type Arguments, parseArguments } from './arguments.ts'
import { completionScript } from './completion.ts'
import { removalBeside } from './flyte-expiry.ts'
import { pythonJson } from './json.ts'
import { itemOf, lookupOf, removalOf, savingOf } from './lookup.ts'
import { ourBackend } from './names.ts'
import { configFile, dataRoot, type Machine } from './places.ts'
import { usageError } from './usage.ts'

type WithoutFiles = Omit<Machine, 'files'>

/** Python's own two backends that store nothing. */
const nullBackend = 'keyring.backends.null.Keyring'
const failBackend = 'keyring.backends.fail.Keyring'
const backends: Readonly<Record<string, number>> = { [ourBackend]: 9, [failBackend]: 0, [nullBackend]: -1 }

const longestSecret = 16 * 1024 * 1024

/**
 * The `keyring` command of Python's keyring, 25.7. If nothing is found it prints nothing (`del`: one line), exit code
 * 1. Invalid arguments: argparse's usage, exit code 2. A failure: a line for a person, exit code 1.
 */
export function keyring(machineWithoutEnv: Omit<WithoutFiles, 'env'>): Dialect {
  return oneShot({
    tool: 'python',
    absent: reply('', 1),
    done: reply(''),
    ambiguous: 'broken',
    broken: (_failure, text) => ({ stdout: '', stderr: text, exitCode: 1 }),

    reading({ words, env }) {
      const parsed = parseArguments(words, completionScript)
      if ('reply' in parsed || parsed.arguments.operation !== 'set') return undefined
      return endsAtOnce(parsed.arguments, { ...machineWithoutEnv, env }) === undefined
        ? { atMost: longestSecret, notFromPerson: true }
        : undefined
    },

    read({ words, env }, input) {
      const machine = { ...machineWithoutEnv, env }
      const parsed = parseArguments(words, completionScript)
      const ended = 'reply' in parsed ? parsed.reply : endsAtOnce(parsed.arguments, machine)
      if ('reply' in parsed || ended !== undefined) return { do: 'reply', reply: ended ?? reply('') }
      return requestOf(parsed.arguments, input, machine)
    },
  })
}

function endsAtOnce(given: Arguments, machine: WithoutFiles): Reply | undefined {
  return information(given, machine) ?? missingWords(given) ?? otherBackend(given, machine)
}

/** Commands that need no keychain. */
function information(given: Arguments, machine: WithoutFiles): Reply | undefined {
  if (given.listBackends === true) {
    return reply(
      Object.entries(backends)
        .map(([name, priority]) => `${name} (priority: ${priority})\n`)
        .join(''),
    )
  }
  if (given.disable === true) {
    throw new Failure('refused', "this would turn off credbridge's own backend for Python", {
      hints: [hint`to have Python use its own keyrings again: credbridge setup python --undo`],
    })
  }
  if (given.operation !== 'diagnose') return undefined
  const file = configFile(machine)
  return reply(`config path: ${file}${existsSync(file) ? '' : ' (absent)'}\ndata root: ${dataRoot(machine)}\n`)
}

function missingWords({ operation, mode, service, username }: Arguments): Reply | undefined {
  const namesUser = operation !== 'get' || mode !== 'creds'
  if (operation === undefined || (service !== undefined && (username !== undefined || !namesUser))) return undefined
  return usageError(`${operation} requires service${namesUser ? ' and username' : ''}`)
}

/** The reply if another backend is named. None is loaded, because that takes Python. */
function otherBackend({ operation, backend }: Arguments, { env }: WithoutFiles): Reply | undefined {
  if (backend !== undefined && !Object.hasOwn(backends, backend)) {
    return usageError(`Unable to load specified keyring: credbridge has no backend ${backend}`)
  }
  if (operation === undefined) return usageError('Specify operation (get, set, del, diagnose).')
  const chosen = backend ?? env['PYTHON_KEYRING_BACKEND'] ?? ourBackend
  if (chosen === ourBackend) return undefined
  if (chosen === nullBackend) return reply('', operation === 'get' ? 1 : 0)
  if (chosen === failBackend) return { stdout: '', stderr: `${noKeyring}\n`, exitCode: 1 }
  throw new Failure('unsupported', `credbridge has no backend ${chosen}`, {
    hints: [hint`unset PYTHON_KEYRING_BACKEND`, hint`or set it to ${ourBackend}`],
  })
}

const noKeyring = 'keyring.errors.NoKeyringError: No recommended backend was available.'
const notDeleted = 'keyring.errors.PasswordDeleteError: No such password!'

/** Node replaces bytes in arguments that are not UTF-8, so that two such names would be the same. */
const replaced = '\uFFFD'

function requestOf(
  { operation, mode, output, service = '', username = '' }: Arguments,
  input: Input,
  machine: WithoutFiles,
): Intent {
  if ((service + username).includes(replaced)) {
    throw new Failure('malformed', 'a service or user name is not valid UTF-8')
  }
  if (operation === 'set') return save(service, username, textOf(input, machine))
  if (operation === 'del') {
    return {
      do: 'remove',
      removal: removalOf(service, username),
      beside: removalBeside(service, username),
      absent: { stdout: '', stderr: `${notDeleted}\n`, exitCode: 1 },
    }
  }
  const noUser = mode === 'creds' && username === ''
  const found = output === 'json' ? asJson : asLines
  const lookup = lookupOf(service, noUser ? undefined : username)
  return {
    do: 'find',
    lookup,
    wanted: wantedBy(lookup),
    found: (answer) => found(answer, mode === 'creds'),
  }
}

/** pip and uv ask for an address only after its server has refused them. A service name may be asked for in vain. */
function wantedBy({ endpoints, account }: Lookup): Wanted | undefined {
  const endpoint = endpoints.find(({ form }) => form === 'address')
  return endpoint === undefined ? undefined : { endpoint, account, kind: 'basic' }
}

/** On Windows Python reads every line end as LF. One at the end is not part of the password. */
function textOf(input: Input, { platform }: WithoutFiles): string {
  const text = platform === 'win32' ? input.text().replace(/\r\n?/g, '\n') : input.text()
  return text.endsWith('\n') ? text.slice(0, -1) : text
}

/** Without input a person is asked, who may enter an empty password. */
function save(service: string, username: string, text: string): Intent {
  const saving = (secret: Secret): Intent => ({
    do: 'save',
    credential: itemOf(service, username, secret),
    saving: savingOf(service),
  })
  if (text !== '') return saving(new Secret(text))
  return { do: 'ask', question: `Password for '${username}' in '${service}': `, answered: saving }
}

function asLines({ credential, user }: Answer, creds: boolean): Reply {
  return reply(`${creds ? `${user}\n` : ''}${credential.secret.expose()}\n`)
}

function asJson({ credential: { secret }, user }: Answer, creds: boolean): Reply {
  const members = { ...(creds ? { username: user } : {}), password: secret.expose() }
  return reply(`${pythonJson(members)}\n`)
}
