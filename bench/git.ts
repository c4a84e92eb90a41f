import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { type Row, runOnce, type Step } from './measure.ts'
import type { Goal, Part } from './part.ts'
import { peer, type World } from './world.ts'

/*
 * git's requests to a helper: `get`, `store` after a successful request, and both together, as in a fetch. Each helper
 * has one credential for `get`, and another one that each turn stores again.
 */

/** A credential helper, as git calls it. */
interface Helper {
  readonly name: (what: string) => string
  readonly program: string
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const stores = ['secret-service', 'keychain', 'vault']
const libsecret = 'git-credential-libsecret'
const plainFile = 'git-credential-store'

export const git: Part = {
  name: 'git',
  async prepare(world) {
    const helpers = [...peers(world), ...stores.flatMap((store) => ours(world, store))]
    for (const helper of helpers) {
      runOnce(store(helper, kept))
      runOnce(store(helper, other('before all turns')))
    }
    const rows = helpers.flatMap((helper): readonly Row[] => [
      { name: helper.name('git get'), steps: () => [get(helper)] },
      { name: helper.name('git store, unchanged'), steps: () => [store(helper, kept)] },
      { name: helper.name('git store, changed'), steps: (turn) => [store(helper, other(`${turn}`))] },
      { name: helper.name('git get + store'), steps: () => [get(helper), store(helper, kept)] },
    ])
    return {
      rows,
      goals: goals(world),
      versions: { git: execFileSync('git', ['version'], { encoding: 'utf8' }).trim().split(' ').at(-1) ?? '' },
    }
  },
}

const kept = 'protocol=https\nhost=git.example.com\nusername=alice\npassword=p@ss\n'

function other(password: string): string {
  return `protocol=https\nhost=other.example.com\nusername=alice\npassword=${password}\n`
}

function get({ program, words, env }: Helper): Step {
  const input = 'protocol=https\nhost=git.example.com\n'
  return { program, words: [...words, 'get'], env, input, answers: (stdout) => stdout.includes('password=p@ss\n') }
}

function store({ program, words, env }: Helper, input: string): Step {
  // git-credential-libsecret repeats its input.
  return { program, words: [...words, 'store'], env, input, answers: () => true }
}

function peers({ env, session }: World): readonly Helper[] {
  const folder = execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim()
  const file = join(session.folder, 'plain')
  return [
    { name: (what) => `${what}: ${libsecret}`, program: peer(libsecret, '.ci/gits builds it'), words: [], env },
    { name: (what) => `${what}: ${plainFile}`, program: join(folder, plainFile), words: ['--file', file], env },
  ]
}

function ours({ forms, named, on }: World, store: string): readonly Helper[] {
  return forms.map((form) => ({
    name: (what) => named(what, form, store),
    program: form.command('git-credential-credbridge'),
    words: [],
    env: on(store),
  }))
}

function goals({ forms: [node, standalone], named }: World): readonly Goal[] {
  if (node === undefined || standalone === undefined) return []
  const bare = 'node -e 0'
  const theirs = (what: string) => `${what}: ${libsecret}`
  return [
    { row: named('git get', node, 'keychain'), against: bare, atMost: 1.5, issue: 2 },
    { row: named('git get', node, 'keychain'), against: bare, atMost: 1.15, figure: 'peak', issue: 2 },
    { row: named('git get', node, 'secret-service'), against: bare, atMost: 1.55, issue: 13 },
    { row: named('git get', node, 'secret-service'), against: named('git get', node, 'keychain'), atMost: 1, issue: 3 },
    { row: named('git get', node, 'vault'), against: bare, atMost: 1.35, issue: 4 },
    { row: named('git get', standalone, 'secret-service'), against: theirs('git get'), atMost: 0.55, issue: 13 },
    {
      row: named('git get + store', standalone, 'secret-service'),
      against: theirs('git get + store'),
      atMost: 0.45,
      issue: 13,
    },
    { row: named('git get', standalone, 'vault'), against: theirs('git get'), atMost: 0.35, issue: 13 },
    { row: named('git get', standalone, 'secret-service'), atMost: 9, figure: 'peak', issue: 13 },
  ]
}
