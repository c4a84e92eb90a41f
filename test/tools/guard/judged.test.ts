import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { bunfigVerdict } from '../../../src/tools/bun/settings.ts'
import { unjudged } from '../../../src/tools/guard/verdict.ts'
import { npmrcVerdict, npmTable } from '../../../src/tools/npm/settings.ts'
import { pnpmManifestVerdict, pnpmNpmrcVerdict, pnpmWorkspaceVerdict } from '../../../src/tools/pnpm/settings.ts'
import { yarnVerdict } from '../../../src/tools/yarn/settings.ts'
import { needs } from '../../real/require.ts'
import { run } from '../../real/run.ts'
import { tablesOfNames } from '../../real/static-texts.ts'

/*
 * Every setting of each manager has been judged: by the manager's own definitions as they are installed here. A new
 * version with a new setting turns this red until somebody has said whether a project may have it.
 */

const clients = join(import.meta.dirname, '..', '..', '..', '.cache', 'npm-clients')
const modules = (client: string) => join(clients, client, 'node_modules')
const isThere = existsSync(join(clients, 'bun', 'made'))

needs('the managers of packages (.ci/npm-clients)', isThere)('every setting is judged', () => {
  test('npm', () => {
    const require = createRequire(import.meta.url)
    const path = join(modules('npm'), 'npm', 'node_modules', '@npmcli', 'config', 'lib', 'definitions', 'index.js')
    const { definitions, nerfDarts } = require(path) as { definitions: object; nerfDarts: readonly string[] }
    const names = [...Object.keys(definitions), ...nerfDarts.map((name) => `//registry.example.com/:${name}`)]
    expect(names.length).toBeGreaterThan(150)
    expect(names.filter((name) => npmrcVerdict(npmTable(), name) === undefined)).toEqual([])
  })

  test('pnpm 10', () => {
    const text = readFileSync(join(modules('pnpm-10'), 'pnpm', 'dist', 'pnpm.cjs'), 'utf8')
    const types = namesIn(between(text, '// ../config/config/lib/types.js', 'types_1.default.types'))
    const ofNpm = namesIn(between(text, '@pnpm/npm-conf/lib/types.js"(', '// ../node_modules'))
    expect([types.length > 100, ofNpm.length > 80]).toEqual([true, true])
    expect([...types, ...ofNpm].filter((name) => pnpmNpmrcVerdict(name) === undefined)).toEqual([])
    const members = between(text, 'function getOptionsFromRootManifest', 'manifest.pnpm ?? {}').matchAll(
      /"([A-Za-z]+)"/g,
    )
    const ofManifest = [...members].map(([, name = '']) => name)
    expect(ofManifest.length).toBeGreaterThan(15)
    expect(ofManifest.filter((name) => pnpmManifestVerdict(name) === undefined)).toEqual([])
  })

  const program = join(modules('pnpm'), 'pnpm', 'pnpm')

  test('pnpm 12', () => {
    const table = tablesOfNames(readFileSync(program)).find(
      (names) => names.includes('strict-ssl') && names.includes('strictSsl'),
    )
    expect(table?.length).toBeGreaterThan(250)
    expect(table?.filter((name) => pnpmNpmrcVerdict(name) === undefined)).toEqual([])
  })

  test('pnpm 12: what else it takes for a setting in pnpm-workspace.yaml', { timeout: 60_000 }, async () => {
    const candidates = new Set(tablesOfNames(readFileSync(program)).flat())
    const open = [...candidates].filter((name) => pnpmWorkspaceVerdict(name) === unjudged)
    const folder = mkdtempSync(join(tmpdir(), 'cb-settings-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(join(folder, 'package.json'), '{}')
    writeFileSync(join(folder, 'pnpm-workspace.yaml'), [...open, 'strictSsll'].map((name) => `"${name}": 1\n`).join(''))
    const { exitCode, stderr } = await run(program, ['config', 'list'], { cwd: folder, env: { HOME: folder } })
    const unknown = new Set([...stderr.matchAll(/"([^"]+)"(?=[,.]| \(did)/g)].map(([, name]) => name))
    expect([exitCode, unknown.has('strictSsll')]).toEqual([0, true])
    expect(open.filter((name) => !unknown.has(name))).toEqual([])
  })

  test('Yarn', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cb-settings-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    writeFileSync(join(folder, 'plugin.cjs'), listing)
    writeFileSync(join(folder, 'package.json'), '{}')
    writeFileSync(join(folder, 'yarn.lock'), '')
    const env = { HOME: folder, PATH: process.env['PATH'], YARN_PLUGINS: join(folder, 'plugin.cjs') }
    const yarn = join(modules('yarn'), '.bin', 'yarn')
    const { stdout } = await run(yarn, ['list-settings'], { cwd: folder, env })
    const names = JSON.parse(stdout) as readonly string[]
    expect(names.length).toBeGreaterThan(90)
    expect(names.filter((name) => yarnVerdict(name) === undefined)).toEqual([])
  })

  test('Bun', () => {
    // Its program has no table of names. These texts stand beside one another where it reads bunfig.toml.
    const bytes = readFileSync(join(modules('bun'), '.bin', 'bun'))
    const from = bytes.indexOf('Expected preload to be an array')
    const texts = bytes.toString('latin1', from, bytes.indexOf('.bunfig.toml', from))
    expect(texts).toMatchSnapshot()
    const names = [
      'saveTextLockfile',
      'cafile',
      'scopes',
      'linker',
      'minimumReleaseAge',
      'ignoreScripts',
      'hoistPattern',
    ]
    expect(names.filter((name) => bunfigVerdict(`install.${name}`) === undefined)).toEqual([])
  })
})

const listing = `module.exports = { name: 'listing', factory: (require) => {
  const { BaseCommand } = require('@yarnpkg/cli')
  const { Configuration } = require('@yarnpkg/core')
  class List extends BaseCommand {
    static paths = [['list-settings']]
    async execute() {
      const { settings } = await Configuration.find(this.context.cwd, this.context.plugins)
      this.context.stdout.write(JSON.stringify([...settings.keys()]))
    }
  }
  return { commands: [List] }
} }
`

function between(text: string, from: string, to: string): string {
  const start = text.indexOf(from)
  const end = text.indexOf(to, start)
  if (start < 0 || end < 0) throw new Error(`nothing between ${from} and ${to}`)
  return text.slice(start, end)
}

/** The names of an object's members, as a bundle writes them. */
function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/^ {6}(?:"([^"]+)"|([a-zA-Z_]+)): /gm)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}
