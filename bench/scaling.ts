import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEndpoint } from '../src/core/endpoint.ts'
import { Secret } from '../src/core/secret.ts'
import { vaultStore } from '../src/stores/vault/store.ts'
import { someone } from '../test/asker.ts'
import { type Figures, measure, type Row, runOnce, type Step } from './measure.ts'
import { peer, type World } from './world.ts'

/* The cost of one `get`, by the number of entries in the store and by the number of simultaneous callers. */

interface Asked {
  readonly name: string
  readonly program: string
  readonly env: Readonly<Record<string, string>>
}

const credential = 'protocol=https\nhost=git.example.com\nusername=alice\npassword=p@ss\n'
const question = 'protocol=https\nhost=git.example.com\n'
const libsecret = 'git-credential-libsecret'

/** The figures for each number of entries and of callers, in a world without other items. */
export async function measureScaling(
  world: World,
  { entries, callers, turns }: { entries: readonly number[]; callers: readonly number[]; turns: number },
): Promise<readonly Figures[]> {
  const asked = [
    { name: libsecret, program: peer(libsecret, '.ci/gits builds it'), env: world.env },
    ...['secret-service', 'vault'].flatMap((store) => ours(world, store)),
  ]
  for (const { program, env } of asked) {
    runOnce({ program, words: ['store'], env, input: credential })
  }
  const atOnce = callers.flatMap((count) => asked.map((helper) => row(helper, `${count} at once`, count)))
  const figures = measure(atOnce, turns)
  let there = 1
  for (const count of entries) {
    await fillVault(world, there, count)
    await fillKeyring(world, there, count)
    there = count
    const amount = `${count.toLocaleString('en')} ${count === 1 ? 'entry' : 'entries'}`
    figures.push(
      ...measure(
        asked.map((helper) => row(helper, amount, 1)),
        turns,
      ),
    )
  }
  return figures
}

function ours({ forms, on }: World, store: string): readonly Asked[] {
  return forms.map((form) => ({
    name: `${form.name}, ${store}`,
    program: form.command('git-credential-credbridge'),
    env: on(store),
  }))
}

function row({ name, program, env }: Asked, circumstances: string, atOnce: number): Row {
  const answers = (stdout: string) => stdout.split('password=p@ss\n').length === atOnce + 1
  const step: Step = { program, words: ['get'], env, input: question, answers, atOnce }
  return { name: `git get, ${circumstances}: ${name}`, steps: () => [step] }
}

function host(at: number): string {
  return `host-${at}.example.com`
}

async function fillVault({ session: { env } }: World, from: number, to: number): Promise<void> {
  const store = vaultStore({
    folder: join(env['XDG_DATA_HOME'] ?? '', 'credbridge', 'vault'),
    keyFile: join(env['XDG_STATE_HOME'] ?? '', 'credbridge', 'vault.key'),
    now: Date.now,
  })
  for (let at = from; at < to; at++) {
    const endpoint = parseEndpoint(`https://${host(at)}`)
    await store.save(someone, { endpoint, account: 'alice', owner: 'git', kind: 'basic', secret: new Secret('p@ss') })
  }
}

/** More items in one collection take gnome-keyring minutes to read. */
const itemsPerCollection = 100

/**
 * Saving 10,000 items over the bus takes gnome-keyring an hour, because it rewrites the collection for each of them. So
 * they are written as collections without a password, which it reads at its start. A search covers all collections.
 * https://gitlab.gnome.org/GNOME/gnome-keyring/-/blob/master/pkcs11/secret-store/gkm-secret-textual.c
 */
async function fillKeyring({ session }: World, from: number, to: number): Promise<void> {
  if (to <= from) return
  const folder = join(session.env['XDG_DATA_HOME'] ?? '', 'keyrings')
  for (let start = from; start < to; start += itemsPerCollection) {
    const items = Array.from({ length: Math.min(itemsPerCollection, to - start) }, (_, at) =>
      itemText(at + 1, start + at),
    )
    const head = group('keyring', {
      'display-name': `others from ${start}`,
      'lock-on-idle': 'false',
      'lock-after': 'false',
    })
    writeFileSync(join(folder, `others-${start}.keyring`), [head, ...items].join('\n'), { mode: 0o600 })
  }
  await session.restart('unlocked')
}

function itemText(number: number, at: number): string {
  const attributes = {
    application: 'credbridge',
    endpoint: `https://${host(at)}`,
    kind: 'basic',
    owner: 'git',
    service: `git:https://${host(at)}`,
    username: 'alice',
  }
  const groups = Object.entries(attributes).map(([name, value], index) =>
    group(`${number}:attribute${index}`, { name, type: 'string', value }),
  )
  return [group(`${number}`, { 'item-type': '0', 'display-name': host(at), secret: 'p@ss' }), ...groups].join('\n')
}

function group(name: string, values: Readonly<Record<string, string>>): string {
  return [`[${name}]`, ...Object.entries(values).map(([key, value]) => `${key}=${value}`), ''].join('\n')
}
