import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Asker } from '../src/core/asker.ts'
import { parseAddress } from '../src/core/endpoint.ts'
import { Secret } from '../src/core/secret.ts'
import { tokenCredential } from '../src/core/token.ts'
import { addSlot } from '../src/stores/vault/manage.ts'
import type { VaultOptions } from '../src/stores/vault/options.ts'
import { forAgent, forPassphrase } from '../src/stores/vault/slots/make.ts'
import { vaultStore } from '../src/stores/vault/store.ts'
import { someone } from '../test/asker.ts'
import { startAgent } from '../test/real/agent.ts'
import { type Row, runOnce, type Step } from './measure.ts'
import type { Goal, Part } from './part.ts'
import type { Form, World } from './world.ts'

/*
 * The cost of the vault for a client: with ten and with ten thousand records, with and without a user name, opened by
 * each kind of slot. git.ts compares it with other helpers.
 */

const [few, many] = [10, 10_000]
const passphrase = new Secret('open sesame')
const asker: Asker = { ...someone, ask: async () => passphrase }
const question = 'protocol=https\nhost=git.example.com\n'

/** A vault in separate folders, and the environment of the programs that use it. */
interface Place {
  readonly options: VaultOptions
  readonly env: Readonly<Record<string, string>>
}

export const vault: Part = {
  name: 'vault',
  async prepare(world) {
    const small = await placeOf(world, 'few', few)
    const large = await placeOf(world, 'many', many)
    const token = await withToken(world)
    const agent = await openedByAgent(world)
    const unlocked = await unlockedIn(world)
    const rows = world.forms.flatMap((form): readonly Row[] => [
      getRow(world, form, `${few} records`, small),
      getRow(world, form, `${many} records`, large),
      getRow(world, form, `${few} records, user named`, small, 'username=alice\n'),
      getRow(world, form, `${many} records, user named`, large, 'username=alice\n'),
      getRow(world, form, 'a token', token),
      listRow(world, form, large),
      getRow(world, form, 'SSH agent', agent),
      ...(unlocked === undefined ? [] : [getRow(world, form, 'unlocked', unlocked)]),
    ])
    return { rows, goals: world.forms.filter(({ name }) => name === 'Node').flatMap((form) => goals(world, form)) }
  },
}

const rowName = ({ named }: World, form: Form, what: string) => named(`vault get, ${what}`, form, 'vault')
const listName = ({ named }: World, form: Form) => named(`list of ${many}`, form, 'vault')

function getRow(world: World, form: Form, what: string, { env }: Place, more = ''): Row {
  const step: Step = {
    program: form.command('git-credential-credbridge'),
    words: ['get'],
    env,
    input: question + more,
    answers: (stdout) => stdout.includes('password=p@ss\n'),
  }
  return { name: rowName(world, form, what), steps: () => [step] }
}

function listRow(world: World, form: Form, { env }: Place): Row {
  const answers = (stdout: string) => stdout.split('\n').length === many + 2 // a heading, and the end of the last line
  return {
    name: listName(world, form),
    steps: () => [{ program: form.command('credbridge'), words: ['list'], env, answers }],
  }
}

function goals(world: World, form: Form): readonly Goal[] {
  const bare = 'node -e 0'
  const row = (what: string) => rowName(world, form, what)
  return [
    { row: row(`${few} records`), against: bare, atMost: 1.35, issue: 4 },
    { row: row('unlocked'), against: bare, atMost: 1.35, issue: 4 },
    { row: row(`${many} records`), against: row(`${few} records`), atMost: 1.1, issue: 4 },
    { row: row(`${many} records, user named`), against: row(`${few} records, user named`), atMost: 1.1, issue: 4 },
    { row: listName(world, form), atMost: 1000, issue: 4 },
    { row: row('a token'), against: row(`${few} records`), atMost: 1.05, issue: 16 },
  ]
}

function place(world: World, name: string, more: Readonly<Record<string, string>> = {}): Place {
  const [data, state] = ['data', 'state'].map((kind) => join(world.session.folder, `vault-${name}-${kind}`))
  return {
    options: {
      folder: join(data ?? '', 'credbridge', 'vault'),
      keyFile: join(state ?? '', 'credbridge', 'vault.key'),
      now: Date.now,
      ask: async () => passphrase,
    },
    env: world.on('vault', { XDG_DATA_HOME: data ?? '', XDG_STATE_HOME: state ?? '', ...more }),
  }
}

async function placeOf(world: World, name: string, count: number): Promise<Place> {
  const made = place(world, name)
  await fill(made.options, count)
  return made
}

async function fill(options: VaultOptions, count: number): Promise<void> {
  const store = vaultStore(options)
  const save = (host: string) =>
    store.save(asker, {
      endpoint: parseAddress(`https://${host}`),
      account: 'alice',
      owner: 'git',
      kind: 'basic',
      secret: new Secret('p@ss'),
    })
  await save('git.example.com')
  for (let at = 1; at < count; at++) await save(`host-${at}.example.com`)
}

/** A token of a sign-in, which is fresh, in the place of the password. */
async function withToken(world: World): Promise<Place> {
  const made = await placeOf(world, 'token', few)
  const place = { endpoint: parseAddress('https://git.example.com'), account: 'alice', owner: 'person' }
  const url = 'https://git.example.com/login/oauth'
  const renewal = { issuer: url, clientId: 'an-id', tokenEndpoint: `${url}/access_token` }
  const hour = 3600
  const issued = {
    accessToken: new Secret('p@ss'),
    refreshToken: new Secret('r'),
    expires: Math.floor(Date.now() / 1000) + hour,
  }
  const store = vaultStore(made.options)
  await store.remove(asker, { ...place, owner: 'git' })
  await store.save(asker, tokenCredential(place, { provider: 'gitea', scopes: [], lasts: hour, renewal }, issued))
  return made
}

async function openedByAgent(world: World): Promise<Place> {
  const agent = await startAgent()
  world.atEnd(async () => agent.end())
  await agent.addKey('ed25519')
  const made = place(world, 'agent', { SSH_AUTH_SOCK: agent.socket })
  const options = { ...made.options, agent: agent.socket }
  await addSlot(options, forAgent(options))
  await fill(options, few)
  return made
}

/** `undefined` if the kernel refuses its keyring. */
async function unlockedIn(world: World): Promise<Place | undefined> {
  const made = place(world, 'unlocked')
  await addSlot(made.options, forPassphrase(passphrase))
  await fill(made.options, few)
  const credbridge = world.forms[0]?.command('credbridge') ?? ''
  const { status } = spawnSync(credbridge, ['unlock'], { env: made.env, input: `${passphrase.expose()}\n` })
  if (status !== 0) return undefined
  world.atEnd(async () => {
    if (existsSync(made.options.folder)) runOnce({ program: credbridge, words: ['lock'], env: made.env })
  })
  return made
}
