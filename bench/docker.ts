import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Row, runOnce, type Step } from './measure.ts'
import type { Goal, Part } from './part.ts'
import { peer, type World } from './world.ts'

/* `get` and `list` with 50 entries, as docker runs them. Each helper has its own entries. */

interface Helper {
  readonly name: (what: string) => string
  readonly program: string
  readonly env: Readonly<Record<string, string>>
}

const secretservice = 'docker-credential-secretservice'
const pass = 'docker-credential-pass'
const comesWith = "Debian's golang-docker-credential-helpers has it"
const servers = Array.from({ length: 50 }, (_, at) => `registry-${at}.example.com`)

export const docker: Part = {
  name: 'docker',
  async prepare(world) {
    const helpers = [...peers(world), ...['secret-service', 'vault'].flatMap((store) => ours(world, store))]
    for (const helper of helpers) for (const server of servers) runOnce(stored(helper, server))
    const rows = helpers.flatMap((helper): readonly Row[] => [
      { name: helper.name('docker get'), steps: () => [get(helper)] },
      { name: helper.name('docker list of 50'), steps: () => [list(helper)] },
    ])
    return { rows, goals: goals(world), versions: versions(world) }
  },
}

function stored({ program, env }: Helper, ServerURL: string): Step {
  return { program, words: ['store'], env, input: JSON.stringify({ ServerURL, Username: 'alice', Secret: 's3cret' }) }
}

function get({ program, env }: Helper): Step {
  const answers = (stdout: string) => JSON.parse(stdout).Secret === 's3cret'
  return { program, words: ['get'], env, input: servers[7] ?? '', answers }
}

function list({ program, env }: Helper): Step {
  const answers = (stdout: string) => Object.keys(JSON.parse(stdout)).length === servers.length
  return { program, words: ['list'], env, input: 'unused', answers }
}

function peers(world: World): readonly Helper[] {
  return [
    { name: (what) => `${what}: ${secretservice}`, program: peer(secretservice, comesWith), env: world.env },
    {
      name: (what) => `${what}: ${pass}`,
      program: peer(pass, comesWith),
      env: passwordStore(world),
    },
  ]
}

/** Makes a password store whose key has no passphrase, so that gpg does not ask. */
function passwordStore({ session, env, atEnd }: World): Readonly<Record<string, string>> {
  const keys = join(session.folder, 'gnupg')
  mkdirSync(keys, { mode: 0o700 })
  const withKeys = { ...env, GNUPGHOME: keys }
  const run = (command: string, ...words: readonly string[]) =>
    runOnce({ program: peer(command, `Debian's pass and gnupg have it`), words, env: withKeys })
  atEnd(async () => void run('gpgconf', '--kill', 'gpg-agent'))
  const key = ['--quick-generate-key', 'bench@example.com', 'default', 'default', 'never']
  run('gpg', '--batch', '--quiet', '--passphrase', '', ...key)
  run('pass', 'init', 'bench@example.com')
  return withKeys
}

function ours({ forms, named, on }: World, store: string): readonly Helper[] {
  return forms.map((form) => ({
    name: (what) => named(what, form, store),
    program: form.command('docker-credential-credbridge'),
    env: on(store),
  }))
}

function goals({ forms: [, standalone], named }: World): readonly Goal[] {
  if (standalone === undefined) return []
  const get = 'docker get'
  return [
    { row: named(get, standalone, 'secret-service'), against: `${get}: ${secretservice}`, atMost: 0.55, issue: 13 },
    { row: named(get, standalone, 'vault'), against: `${get}: ${pass}`, atMost: 1, issue: 4 },
  ]
}

function versions({ env }: World): Readonly<Record<string, string>> {
  const helpers = execFileSync(peer(secretservice, comesWith), ['version'], { env, encoding: 'utf8' }).trim()
  return { 'docker-credential-helpers': helpers.split(' ').at(-1)?.replace(/^v/, '') ?? helpers }
}
