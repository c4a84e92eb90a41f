import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { bundleForNative } from '../../packaging/native-bundle.ts'
import { run } from '../real/run.ts'
import { root } from './executable.ts'

/*
 * The native host has the language and what runtime/node/globals.ts adds to it, and for clients of HTTP what
 * packaging/native-bundle.ts imports from runtime/web. A name that is nowhere would fail only when it is used.
 */

const notFound = /error TS(?:2304|2552|2580|2584|2591): Cannot find name '(\w+)'/

/** What packages name where they first look whether it is there, or to find faults of their own. */
const ofPackages = ['Temporal', 'atob', 'btoa', 'console', 'navigator']

/** What the engine adds to the language. */
const ofEngine = ['performance']

test('the bundle names nothing that the native host has not', async () => {
  expect(await unknownNames()).toEqual([])
})

test('a name that it has not is found, and one that only clients of HTTP have', async () => {
  expect(await unknownNames('fetch(new AbortController())\n')).toEqual(['AbortController', 'fetch'])
})

/** A client's command, and what only signing in and renewing load. */
const both = `
  void import('../bin/git-credential-credbridge.ts')
  void import('../test/system/http/program.ts')
`

test('clients of HTTP have the names of the web', async () => {
  expect(await unknownNames(both)).toEqual([])
})

test("a client's call loads nothing of HTTP, TLS and the names of the web", async () => {
  const folder = newFolder()
  await bundleForNative(folder, both)
  const parts = /"host:(http|names|tls)"|"URLSearchParams"|"CryptoKey"/g
  const partsOf = (name: string) => {
    const [file = ''] = readdirSync(folder).filter((it) => it.startsWith(`${name}-`))
    return new Set(
      [...loadedWith(folder, file)].flatMap((it) => readFileSync(join(folder, it), 'utf8').match(parts) ?? []),
    )
  }
  expect([...partsOf('git-credential-credbridge')]).toEqual([])
  expect(partsOf('program').size).toBe(5)
})

/** The files that are loaded with this one, without those that are loaded later. */
function loadedWith(folder: string, file: string, known = new Set<string>()): ReadonlySet<string> {
  if (known.has(file)) return known
  known.add(file)
  const imports = readFileSync(join(folder, file), 'utf8').matchAll(/(?:from|import)"\.\/([^"]+)"/g)
  for (const [, next = ''] of imports) loadedWith(folder, next, known)
  return known
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cb-globals-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function unknownNames(program?: string): Promise<readonly string[]> {
  const folder = newFolder()
  await bundleForNative(folder, program)
  const files = readdirSync(folder).map((name) => join(folder, name))
  const known = join(folder, 'known.d.ts')
  writeFileSync(known, [...hostsOwn(), ...ofEngine].map((name) => `declare const ${name}: any\n`).join(''))
  const only = ['--lib', 'es2024', '--types', '', '--target', 'es2024', '--module', 'esnext']
  const loose = [
    '--ignoreConfig',
    '--noEmit',
    '--allowJs',
    '--checkJs',
    '--noResolve',
    '--skipLibCheck',
    '--strict',
    'false',
  ]
  const tsc = join(root, 'node_modules', '.bin', 'tsc')
  const { stdout } = await run(tsc, [...only, ...loose, known, ...files], { env: { PATH: process.env['PATH'] ?? '' } })
  const names = stdout.split('\n').map((line) => notFound.exec(line)?.[1] ?? '')
  return [...new Set(names)].filter((name) => name !== '' && !ofPackages.includes(name)).sort()
}

/** The names that the host's own list gives to globalThis. */
function hostsOwn(): readonly string[] {
  const text = readFileSync(join(root, 'runtime', 'node', 'globals.ts'), 'utf8')
  const [, list = ''] = /Object\.assign\(globalThis, \{\n(.*?)\n\}\)/s.exec(text) ?? []
  return list.split('\n').map((line) => /\w+/.exec(line)?.[0] ?? '')
}
