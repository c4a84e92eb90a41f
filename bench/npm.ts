import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compile, type Row, runOnce } from './measure.ts'
import type { Goal, Part } from './part.ts'
import type { World } from './world.ts'

/*
 * The cost of credbridge's shim until npm is started: `npm install` with a program in npm's place that says when that was.
 * With a credential the shim passes a variable and a file. Without one it only asks the store before it starts npm.
 */

const stores = ['secret-service', 'vault']
const registry = 'https://npm.example.com'

export const npm: Part = {
  name: 'npm',
  async prepare(world) {
    const folder = join(world.session.folder, 'npm')
    mkdirSync(folder)
    copyFileSync(compile('npm'), join(folder, 'npm'))
    writeFileSync(join(world.env['HOME'] ?? '', '.npmrc'), `registry=${registry}/\n`)
    keepSettings(world)
    const given = { PATH: `${folder}:${world.env['PATH']}` }
    const other = { ...given, npm_config_registry: 'https://other.example.com' }
    for (const store of stores) keep(world, store)
    const rows = world.forms.flatMap((form): readonly Row[] => [
      ...stores.map((store) => row(world.named('npm install', form, store), form, world.on(store, given))),
      row(world.named('npm install, nothing kept', form, 'vault'), form, world.on('vault', other)),
      row(world.named('npm run', form, 'vault'), form, world.on('vault', given), 'run'),
    ])
    return { rows, goals: goals(world) }
  },
}

function row(name: string, form: World['forms'][number], env: World['env'], word = 'install'): Row {
  return { name, steps: () => [{ program: form.command('credbridge-npm'), words: [word], env, untilSaid: true }] }
}

/** Keeps what the shim asks npm once for each of its versions, so that no turn asks. The program in its place has no version. */
function keepSettings({ env }: World): void {
  const all: object = JSON.parse(execFileSync('npm', ['config', 'list', '--json'], { encoding: 'utf8' }))
  const settings = { registry: 'https://other.example.com/', 'ignore-scripts': false }
  const state = join(env['XDG_STATE_HOME'] ?? '', 'credbridge')
  mkdirSync(state, { recursive: true, mode: 0o700 })
  writeFileSync(
    join(state, 'npm-settings.json'),
    `${JSON.stringify({ settings, names: Object.keys(all).join('\n') })}\n`,
  )
}

function keep({ forms: [form], on }: World, store: string): void {
  if (form === undefined) return
  const [program, env] = [form.command('credbridge'), on(store)]
  runOnce({ program, words: ['set', registry, '--kind', 'bearer'], env, input: 'a-token\n' })
  runOnce({ program, words: ['share', registry, '--with', 'npm'], env })
}

function goals({ forms: [node, standalone], named }: World): readonly Goal[] {
  if (node === undefined || standalone === undefined) return []
  return [
    { row: named('npm install', node, 'secret-service'), against: 'node -e 0', atMost: 1.7, issue: 7 },
    { row: named('npm install', standalone, 'secret-service'), against: 'node -e 0', atMost: 0.4, issue: 13 },
    { row: named('npm install', standalone, 'vault'), against: 'node -e 0', atMost: 0.25, issue: 13 },
  ]
}
