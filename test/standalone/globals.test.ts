import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { bundleForNative } from '../../packaging/native-bundle.ts'
import { run } from '../real/run.ts'
import { root } from './executable.ts'

/* The native host has the language and what runtime/node/globals.ts adds to it. A name that is nowhere would fail only when it is used. */

const notFound = /error TS(?:2304|2552|2580|2584|2591): Cannot find name '(\w+)'/

/** What packages name where they first look whether it is there, or to find faults of their own. */
const ofPackages = ['Temporal', 'atob', 'btoa', 'console']

/** What the engine adds to the language. */
const ofEngine = ['performance']

test('the bundle names nothing that the native host has not', async () => {
  expect(await unknownNames()).toEqual([])
})

test('a name that it has not is found', async () => {
  expect(await unknownNames('fetch(new AbortController())\n')).toEqual(['AbortController', 'fetch'])
})

async function unknownNames(program?: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cb-globals-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
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
