import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from './real/run.ts'

/* The arrows of docs/architecture.md are lint rules: what goes against one is refused, and the reason is said. */

const root = join(import.meta.dirname, '..')
const imports = (path: string) => from('it', path)
const from = (name: string, module: string) => `import { ${name} } from '${module}'\nexport const its = ${name}\n`

/** Where files are written by system/atomic-write.ts only, and the names of what that is made of. */
const writers = [
  'stores',
  'stores/helper',
  'stores/vault/slots',
  'tools/git',
  'commands',
  'edge',
  'edge/launch',
  'library',
  'engine',
  'dbus',
]
const steps = [
  ['renameSync', 'node:fs'],
  ['linkSync', 'node:fs'],
  ['writeFileSync', 'node:fs'],
  ['chmodSync', 'node:fs'],
  ['chownSync', 'node:fs'],
  ['rename', 'node:fs/promises'],
  ['writeFile', 'node:fs/promises'],
] as const

/** A file, what it says, and why that is refused. */
const refused: readonly (readonly [place: string, text: string, reason: string])[] = [
  ['src/core/a1.ts', imports('../edge/exit.ts'), 'it imports nothing from its siblings'],
  ['src/core/a2.ts', imports('../stores/memory/store.ts'), 'it imports nothing from its siblings'],
  ['src/core/a3.ts', imports('node:fs/promises'), 'touches nothing outside'],
  ['src/core/a4.ts', imports('@napi-rs/keyring'), 'touches nothing outside'],
  ['src/core/a5.ts', 'export const it = process.env\n', 'global variable process'],
  ['src/stores/a6.ts', imports('../tools/index.ts'), 'tools and stores never import each other'],
  ['src/stores/vault/a7.ts', imports('../../tools/git/dialect.ts'), 'tools and stores never import each other'],
  ['src/stores/a8.ts', 'export const it = process.env\n', 'global variable process'],
  ['src/stores/helper/store.ts', imports('../../edge/exit.ts'), 'the helper store'],
  ['src/tools/git/a9.ts', imports('../../stores/memory/store.ts'), 'stores are the broker'],
  ['src/tools/git/a10.ts', imports('../../edge/exit.ts'), 'what it needs of the machine is handed in'],
  ['src/tools/git/a11.ts', 'export const say = () => console.log(1)\n', 'global variable console'],
  ['src/commands/a12.ts', imports('../tools/git/setup.ts'), 'none is named here'],
  ['src/sign-in/a40.ts', imports('../stores/choose.ts'), 'neither tools nor what a store is'],
  ['src/sign-in/a41.ts', imports('../edge/exit.ts'), 'neither tools nor what a store is'],
  ['src/serve/a42.ts', imports('../stores/choose.ts'), 'it names no tool and no store'],
  ['src/serve/a43.ts', imports('../edge/exit.ts'), 'people and terminals are handed in'],
  ['src/remote/a44.ts', imports('../tools/index.ts'), 'it names no tool and no store'],
  ['src/edge/a13.ts', imports('../tools/git/dialect.ts'), 'the edge serves whatever it is handed'],
  ['src/edge/a14.ts', imports('../commands/main.ts'), 'the edge serves whatever it is handed'],
  ['src/library/a15.ts', imports('node:process'), 'the library is the broker for programs'],
  ['src/commands/a23.ts', imports('../stores/vault/manage.ts'), "no store's inside is used"],
  ['src/engine/a24.ts', imports('../stores/vault/store.ts'), 'stores are opened by stores/open.ts'],
  ['src/engine/a25.ts', 'export const it = process.env\n', 'global variable process'],
  ['src/system/a26.ts', imports('../stores/choose.ts'), 'system is the ground floor'],
  ['src/system/a27.ts', 'export const it = process.env\n', 'global variable process'],
  ['src/dbus/a28.ts', imports('../core/secret.ts'), 'knows nothing about secrets'],
  ['src/dbus/a32.ts', imports('../stores/secret-service/calls.ts'), 'knows nothing about secrets'],
  ['src/dbus/a33.ts', 'export const it = process.env\n', 'global variable process'],
  ['src/system/a34.ts', imports('../dbus/value.ts'), 'system is the ground floor'],
  ['src/system/a35.ts', imports('node:process'), 'system is the ground floor'],
  ['src/system/a36.ts', 'export const say = () => console.log(1)\n', 'global variable console'],
  ['src/system/a37.ts', from('chownSync', 'node:fs'), 'change the open file'],
  ...writers.flatMap((folder) =>
    steps.map(
      ([name, module]) =>
        [`src/${folder}/w-${name}-${module.length}.ts`, from(name, module), 'use system/atomic-write.ts'] as const,
    ),
  ),
  ['src/stores/a38.ts', "import fs from 'node:fs'\nexport const its = fs\n", 'use system/atomic-write.ts'],
  ['src/stores/a39.ts', "import * as fs from 'node:fs'\nexport const its = fs\n", 'use system/atomic-write.ts'],
]

const allowed: readonly (readonly [place: string, text: string])[] = [
  ['src/core/a16.ts', imports('./secret.ts')],
  ['src/stores/a17.ts', imports('../core/store.ts')],
  ['src/stores/helper/a18.ts', imports('../../tools/docker/message.ts')],
  ['src/tools/git/a19.ts', imports('../../core/secret.ts')],
  ['src/commands/a20.ts', imports('../tools/index.ts')],
  ['src/edge/a21.ts', imports('../tools/dialect.ts')],
  ['src/edge/a22.ts', 'export const it = process.env\n'],
  ['src/commands/a29.ts', imports('../stores/choose.ts')],
  ['src/stores/a30.ts', imports('../system/lock.ts')],
  ['src/engine/a31.ts', imports('../tools/dialect.ts')],
  ['src/system/a60.ts', imports('../core/failure.ts')],
  ['src/system/a61.ts', imports('./disk.ts')],
  ['src/system/a62.ts', from('renameSync', 'node:fs')],
  ['src/system/a63.ts', from('fchownSync', 'node:fs')],
  ['src/dbus/a64.ts', imports('../core/failure.ts')],
  ['src/dbus/a65.ts', imports('../system/own-socket.ts')],
  ['src/stores/a66.ts', imports('../system/atomic-write.ts')],
  ['src/stores/a67.ts', from('readFileSync', 'node:fs')],
]

/** What the linter says about each file, restricted imports and globals only. */
const said = new Map<string, string>()
let folder = ''

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cb-lint-'))
  copyFileSync(join(root, 'biome.json'), join(folder, 'biome.json'))
  for (const [place, text] of [...refused, ...allowed]) {
    mkdirSync(dirname(join(folder, place)), { recursive: true })
    writeFileSync(join(folder, place), text)
  }
  const words = ['lint', '--reporter=json', '--max-diagnostics=none', '.']
  const { stdout } = await run(join(root, 'node_modules', '.bin', 'biome'), words, { env: process.env, cwd: folder })
  for (const { category, location, message } of JSON.parse(stdout).diagnostics) {
    if (!/noRestricted|noConsole/.test(category)) continue
    said.set(location.path, `${said.get(location.path) ?? ''} ${message}`)
  }
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each(refused)('%s: %j is refused', (place, _text, reason) => {
  expect(said.get(place)).toContain(reason)
})

test.each(allowed)('%s: %j is not', (place) => {
  expect(said.get(place)).toBeUndefined()
})
