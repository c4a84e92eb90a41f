import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Credential } from '../../../src/core/credential.ts'
import { type Endpoint, parseAddress, serviceName } from '../../../src/core/endpoint.ts'
import { type Failure, isFailure } from '../../../src/core/failure.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { Store } from '../../../src/core/store.ts'
import type { SecretServiceOptions } from '../../../src/stores/secret-service/options.ts'
import { secretServiceStore } from '../../../src/stores/secret-service/store.ts'
import { type Binding, socketConnector } from '../../../src/system/unix-socket-pipe.ts'
import { someone } from '../../asker.ts'
import { systemPython } from '../../real/prompter.ts'
import { run } from '../../real/run.ts'

/** Debian's packages python3-keyring and python3-secretstorage. */
export const hasPythonKeyring =
  spawnSync(systemPython, ['-c', 'import keyring, secretstorage'], { stdio: 'ignore' }).status === 0

/** What children get of a session. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string>>
}

export const connect = await socketConnector((process as { binding?: Binding }).binding?.bind(process))

/** The store on a session's bus; nobody is there to answer a dialog. */
export function storeOn({ env }: Surroundings, more: Partial<SecretServiceOptions> = {}): Store {
  const userId = process.getuid?.() ?? -1
  return secretServiceStore({
    address: env['DBUS_SESSION_BUS_ADDRESS'],
    connect,
    userId,
    locks: { folder: join(tmpdir(), 'credbridge-test-locks'), userId },
    ...more,
  })
}

export const git = parseAddress('https://git.example.com')

export function gits(secret: string, more: Partial<Credential> = {}): Credential {
  return { endpoint: git, account: 'ann', owner: 'git', kind: 'basic', secret: new Secret(secret), ...more }
}

export function pythons(service: string, account: string, secret: string): Credential {
  return { endpoint: serviceName(service), account, owner: 'python', kind: 'text', secret: new Secret(secret) }
}

/** The secrets that the store finds, in the open. */
export async function secretsAt(store: Store, endpoint: Endpoint = git): Promise<readonly string[]> {
  const found = await store.find(someone, [endpoint])
  return found.map((item) => ('secret' in item ? item.secret.expose() : item.kind)).sort()
}

export async function failureOf(request: Promise<unknown>): Promise<Failure> {
  const error = await request.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isFailure(error)) throw new Error('it did not fail', { cause: error })
  return error
}

/** An item as another program sees it. */
export interface Shown {
  readonly path: string
  readonly label: string
  readonly secret: string
  readonly type: string
  readonly attributes: Readonly<Record<string, string>>
}

/**
 * The items with these attributes, in the eyes of Python's secretstorage, in the order of their labels; without the
 * attribute that gnome-keyring adds when it likes.
 */
export async function shown(session: Surroundings, attributes: Record<string, string>): Promise<readonly Shown[]> {
  const items = (await python(
    session,
    `import secretstorage
     bus = secretstorage.dbus_init()
     show = lambda item: dict(path=item.item_path, label=item.get_label(), secret=item.get_secret().decode(),
                              type=item.get_secret_content_type(),
                              attributes={name: value for name, value in item.get_attributes().items() if name != 'xdg:schema'})
     answer([show(item) for item in secretstorage.search_items(bus, values[0])])`,
    attributes,
  )) as Shown[]
  return items.sort((a, b) => (a.label < b.label ? -1 : 1))
}

/** Empties the keyring. */
export async function removeAll(session: Surroundings): Promise<void> {
  await python(
    session,
    `import secretstorage
     bus = secretstorage.dbus_init()
     [item.delete() for item in secretstorage.get_default_collection(bus).get_all_items()]`,
  )
}

/** Runs a few lines of Python with these values; what they `answer`. */
export async function python({ env }: Surroundings, code: string, ...values: readonly unknown[]): Promise<unknown> {
  const lines = code.split('\n').map((line) => line.trim())
  const whole = [
    'import json, sys',
    'values = json.load(sys.stdin)',
    'answer = lambda it: print(json.dumps(it))',
    ...lines,
  ]
  const ran = await run(systemPython, ['-c', whole.join('\n')], {
    env,
    input: JSON.stringify(values),
    timeout: 100_000,
  })
  if (ran.exitCode !== 0) throw new Error(ran.stderr)
  return ran.stdout === '' ? undefined : JSON.parse(ran.stdout)
}

const keyring = 'import keyring.backends.SecretService as backend\nkeyring = backend.Keyring()\n'

/** The real Python keyring with its Secret Service backend. */
export function pythonKeyring(session: Surroundings) {
  return {
    get: (service: string, user: string) =>
      python(session, `${keyring}answer(keyring.get_password(*values))`, service, user),
    set: (service: string, user: string, secret: string) =>
      python(session, `${keyring}keyring.set_password(*values)`, service, user, secret),
    remove: (service: string, user: string) =>
      python(session, `${keyring}keyring.delete_password(*values)`, service, user),
  }
}

/** secret-tool, which is libsecret. */
export function secretTool({ env }: Surroundings) {
  const words = (service: string, user: string) => ['service', service, 'username', user]
  return {
    get: async (service: string, user: string) =>
      (await run('secret-tool', ['lookup', ...words(service, user)], { env })).stdout,
    set: async (service: string, user: string, input: string) =>
      void (await run('secret-tool', ['store', '--label=by secret-tool', ...words(service, user)], { env, input })),
    keep: async (label: string, attributes: readonly string[], input: string) =>
      void (await run('secret-tool', ['store', `--label=${label}`, ...attributes], { env, input })),
    remove: async (service: string, user: string) =>
      void (await run('secret-tool', ['clear', ...words(service, user)], { env })),
  }
}

/** @napi-rs/keyring in a process of its own, as the `keychain` store uses it. */
export function napiKeyring({ env }: Surroundings) {
  const ask = async (method: string, service: string, user: string, ...more: readonly string[]) => {
    const code = `
      const { Entry } = require('@napi-rs/keyring')
      const [method, service, user, ...more] = JSON.parse(require('fs').readFileSync(0, 'utf8'))
      const entry = new Entry(service, user, { linux: { store: 'secret-service' } })
      console.log(JSON.stringify(entry[method](...more) ?? null))`
    const input = JSON.stringify([method, service, user, ...more])
    const ran = await run(process.execPath, ['-e', code], { env, input, cwd: import.meta.dirname })
    if (ran.exitCode !== 0) throw new Error(ran.stderr)
    return JSON.parse(ran.stdout) as unknown
  }
  return {
    get: (service: string, user: string) => ask('getPassword', service, user),
    set: (service: string, user: string, secret: string) => ask('setPassword', service, user, secret),
    remove: (service: string, user: string) => ask('deleteCredential', service, user),
  }
}

/** Python's keyring and our store read, replace and remove one and the same item. */
export async function expectSharedWithPython(session: Surroundings): Promise<void> {
  const python = pythonKeyring(session)
  const item = pythons('a service', 'ann', 'ours')
  await storeOn(session).save(someone, item)
  expect(await python.get('a service', 'ann')).toBe('ours')
  await python.set('a service', 'ann', "Python's")
  expect(await secretsAt(storeOn(session), item.endpoint)).toEqual(["Python's"])
  expect(await storeOn(session).remove(someone, item)).toBe(true)
  expect(await python.get('a service', 'ann')).toBeNull()
}
