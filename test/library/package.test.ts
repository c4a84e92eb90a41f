import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, usual } from '../real/depth.ts'
import { needs } from '../real/require.ts'
import { run } from '../real/run.ts'

const root = join(import.meta.dirname, '..', '..')

/** A project that has credbridge among its modules, and this one file. */
function project(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'cb-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules', 'credbridge'))
  writeFileSync(join(folder, name), text)
  return folder
}

const exported = [
  'ArgumentTypeError',
  'Credentials',
  'KeyringStore',
  'NoKeyringError',
  'PasswordDeleteError',
  'allowVault',
  'deletePassword',
  'getCredential',
  'getKeyring',
  'getPassword',
  'isFailure',
  'keytar',
  'setPassword',
]

const imports = `import { Credentials, type Failure, getCredential, getPassword, isFailure, KeyringStore, type Tokens } from 'credbridge'`

const typed = `
const password: string | undefined = await getPassword('s', 'u')
const user: string | undefined = (await getCredential('s'))?.username
const tokens: Tokens = { accessToken: 'a', expiresIn: 1 }
const kept: Credentials = await KeyringStore.store(tokens)
const left: number | undefined = (await KeyringStore.retrieve(kept.forEndpoint))?.expiresIn
const code = (error: unknown): Failure['code'] | undefined => (isFailure(error) ? error.code : undefined)
// @ts-expect-error a password is a text
await getPassword('s', 'u').then((it: number) => it)
// @ts-expect-error there is no such code
const none: Failure['code'] = 'absent'
void [code, left, none, password, user]
`

const typedForKeytar = `
const password: string | null = await keytar.getPassword('s', 'a')
const nothing: void = await keytar.setPassword('s', 'a', 'p')
const gone: boolean = await keytar.deletePassword('s', 'a')
const any: string | null = await keytar.findPassword('s')
const all: Array<{ account: string; password: string }> = await keytar.findCredentials('s')
// @ts-expect-error an account is needed
await keytar.getPassword('s')
void [all, any, gone, nothing, password]
`

needs('the build (npm run build)', built)('the package', () => {
  usual('is imported and required', async () => {
    const print =
      'process.stdout.write(JSON.stringify(Object.keys(it).filter((name) => /^[A-Za-z]+$/.test(name) && name !== "default").sort()))'
    const cwd = project('a.mjs', `import * as it from 'credbridge'\n${print}`)
    const required = project('a.cjs', `const it = require('credbridge')\n${print}`)
    for (const [folder, file] of [
      [cwd, 'a.mjs'],
      [required, 'a.cjs'],
    ] as const) {
      const outcome = await run(process.execPath, [file], { cwd: folder })
      expect({ stderr: outcome.stderr, names: JSON.parse(outcome.stdout) as unknown }).toEqual({
        stderr: '',
        names: exported,
      })
    }
  })

  thorough.each([
    ['a module', 'a.mts', 'nodenext'],
    ['CommonJS', 'a.cts', 'nodenext'],
    ['CommonJS of Node 16', 'a.cts', 'node16'],
    ['what a bundler takes', 'a.ts', 'esnext'],
  ])('has types for %s, in which a mistake is one', async (_, file, module) => {
    const cwd = project(
      file,
      `${imports}
import * as keytar from 'credbridge/keytar'
export async function main() {${typed}}
export async function forKeytar() {${typedForKeytar}}
`,
    )
    const resolution = module === 'esnext' ? ['--moduleResolution', 'bundler'] : []
    const how = ['--noEmit', '--strict', '--module', module, ...resolution, '--target', 'es2022', '--types', '', file]
    const outcome = await run(join(root, 'node_modules', '.bin', 'tsc'), how, { cwd, timeout: 60_000 })
    expect(outcome).toMatchObject({ stdout: '', exitCode: 0 })
  })

  usual('a default import of credbridge/keytar has types', async () => {
    const cwd = project(
      'a.mts',
      `import keytar from 'credbridge/keytar'\nexport async function main() {${typedForKeytar}}\n`,
    )
    const how = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--types', '', 'a.mts']
    const outcome = await run(join(root, 'node_modules', '.bin', 'tsc'), how, { cwd, timeout: 60_000 })
    expect(outcome).toMatchObject({ stdout: '', exitCode: 0 })
  })

  usual('failures are named, also those of the files that are minified', async () => {
    const program = `
      require('credbridge').getPassword('s', 'u').catch((error) => {
        const names = [error, error.cause].map(({ name, constructor }) => [name, constructor.name])
        process.stdout.write(JSON.stringify(names))
      })`
    const cwd = project('a.cjs', program)
    const { stdout } = await run(process.execPath, ['a.cjs'], {
      cwd,
      env: { CREDBRIDGE_STORE: 'secret-service', HOME: cwd },
    })
    expect(JSON.parse(stdout)).toEqual([
      ['NoKeyringError', 'NoKeyringError'],
      ['Failure', 'Failure'],
    ])
  })

  usual('an error that nobody catches is one that can be read', async () => {
    const cwd = project('a.cjs', `require('credbridge').deletePassword('s', 'u')`)
    const { stderr } = await run(process.execPath, ['a.cjs'], { cwd, env: { CREDBRIDGE_STORE: 'memory', HOME: cwd } })
    expect(stderr).toContain('PasswordDeleteError')
    expect(Math.max(...stderr.split('\n').map((line) => line.length))).toBeLessThan(200)
  })
})
