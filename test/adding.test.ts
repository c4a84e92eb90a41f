import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from './real/run.ts'

/* Follows docs/adding-a-tool.md and docs/adding-a-store.md in a copy of the sources: what they say is what it takes. */

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'cb-adding-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const fence = '```'

/** The steps of a page: files to make, and lines to add to a list. */
function stepsOf(page: string) {
  const text = readFileSync(join(root, 'docs', page), 'utf8')
  const made = [...text.matchAll(new RegExp(`^\`([^\`\\n]+)\`\\n\\n${fence}ts\\n([\\s\\S]*?)${fence}`, 'gm'))]
  const list = new RegExp(
    `^In \`([^\`]+)\`, the import[^\\n]*\\n\\n${fence}ts\\n(.*\\n)${fence}\\n\\n${fence}ts\\n(.*\\n)${fence}`,
    'm',
  )
  const [, index = '', importLine = '', entry = ''] = list.exec(text) ?? []
  return { files: made.map(([, path = '', content = '']) => ({ path, content })), index, importLine, entry }
}

function follow(page: string): void {
  const { files, index, importLine, entry } = stepsOf(page)
  expect(files.length).toBeGreaterThan(1)
  for (const { path, content } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  const list = readFileSync(join(folder, index), 'utf8')
  const end = list.lastIndexOf(']')
  expect(entry).not.toBe('')
  const before = list.slice(0, end).trimEnd()
  const comma = before.endsWith(',') ? '' : ','
  writeFileSync(join(folder, index), `${importLine}${before}${comma}\n${entry}${list.slice(end)}`)
}

async function bundle(command: string): Promise<void> {
  await build({
    entryPoints: [join(folder, 'bin', `${command}.ts`)],
    outfile: join(folder, 'dist', `${command}.cjs`),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['@napi-rs/keyring'],
    logLevel: 'error',
  })
}

beforeAll(async () => {
  for (const part of ['src', 'bin', 'tsconfig.json', 'package.json']) {
    cpSync(join(root, part), join(folder, part), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  follow('adding-a-tool.md')
  follow('adding-a-store.md')
  for (const command of ['credbridge', 'credbridge-parrot']) await bundle(command)
})

const env = { PATH: process.env['PATH'], HOME: join(folder, 'home'), CREDBRIDGE_STORE: 'notebook' }
const credbridge = (words: readonly string[], input = '') =>
  run(process.execPath, [join(folder, 'dist', 'credbridge.cjs'), ...words], { env, input })

describe('a tool and a store, added by a folder and a line each', () => {
  test('their types fit', async () => {
    const tsc = join(root, 'node_modules', '.bin', 'tsc')
    writeFileSync(
      join(folder, 'tsconfig.here.json'),
      JSON.stringify({ extends: './tsconfig.json', include: ['src/tools/parrot', 'src/stores/notebook', 'bin'] }),
    )
    const outcome = await run(tsc, ['--noEmit', '--project', join(folder, 'tsconfig.here.json')], { env, cwd: folder })
    expect(outcome.stdout).toBe('')
  })

  test('three lines of conversation, over the store', async () => {
    expect((await credbridge(['set', 'https://api.example.com', 'alice'], 's3cret')).exitCode).toBe(0)
    const parrot = (input: string) =>
      run(process.execPath, [join(folder, 'dist', 'credbridge-parrot.cjs')], { env, input })
    const told = await parrot('hello 1\nwhere https://api.example.com\nalice\n')
    expect(told).toMatchObject({ stdout: 'hello 1\nwho\nsecret s3cret\n', stderr: '', exitCode: 0 })
    expect(await parrot('hello 1\nwhere https://api.example.com\nbob\n')).toMatchObject({
      stdout: 'hello 1\nwho\nnothing\n',
      exitCode: 0,
    })
    expect(await parrot('hello 2\n')).toMatchObject({
      stdout: 'broken\n',
      stderr: 'credbridge: the client does not speak version 1\n',
      exitCode: 1,
    })
  })

  test('people see both without another line', async () => {
    expect((await credbridge(['share', '--help'])).stdout).toContain('parrot')
    expect((await credbridge(['use', '--help'])).stdout).toContain('notebook')
    const checked = JSON.parse((await credbridge(['doctor', '--json'])).stdout)
    expect(checked.stores[0]).toMatchObject({
      name: 'notebook',
      protects: 'nothing: anyone who reads the file reads every secret',
      works: true,
    })
    expect(checked.checks).toContainEqual(expect.objectContaining({ check: 'parrot' }))
  })
})
