import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { asScript, commandLoader } from '../../../packaging/command-loader.ts'
import { compileCommands, hashOfCode } from '../../../src/edge/installation/compiled-code.ts'
import { run } from '../../real/run.ts'

/* A command as the build makes it, and what setup keeps of it. */

const command = 'credbridge-example'
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cb-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
})

/** Installs a command that prints this word. All words of equal length make code of equal length. */
function install(word: string): void {
  const text = asScript(`#!/usr/bin/env node\nfunction say() { console.log('${word}') }\nsay()\n`)
  mkdirSync(join(folder, 'code'), { recursive: true })
  writeFileSync(join(folder, 'code', `${command}.cjs`), text)
  writeFileSync(join(folder, `${command}.cjs`), commandLoader(command, hashOfCode(text)))
}

const compile = () => compileCommands([command], folder)
const kept = () => readdirSync(join(folder, 'compiled')).map((name) => join(folder, 'compiled', name))
const start = (...program: readonly string[]) => run(program[0] ?? process.execPath, [...program.slice(1)], { env: {} })
const said = async () => start(process.execPath, join(folder, `${command}.cjs`))

test('a command runs before anything of it was compiled', async () => {
  install('one')
  expect(await said()).toMatchObject({ stdout: 'one\n', stderr: '', exitCode: 0 })
})

test('a command runs what was compiled of it', async () => {
  install('two')
  compile()
  const [other] = kept()
  const code = readFileSync(other ?? '')
  install('one')
  compile()
  const [own] = kept()
  expect(await said()).toMatchObject({ stdout: 'one\n', exitCode: 0 })
  // V8 cannot tell it from the code of another text of this length, so it shows that the kept code runs.
  writeFileSync(own ?? '', code)
  expect(await said()).toMatchObject({ stdout: 'two\n', exitCode: 0 })
})

test('what was compiled of an earlier release is not used, and goes when the new one is compiled', async () => {
  install('one')
  compile()
  const [before] = kept()
  install('two')
  expect(await said()).toMatchObject({ stdout: 'two\n', exitCode: 0 })
  compile()
  expect(kept()).toHaveLength(1)
  expect(kept()).not.toContain(before)
})

describe('what V8 cannot use is compiled anew', () => {
  test.each<[string, (file: string) => unknown]>([
    ['empty', (file) => truncateSync(file, 0)],
    ['cut off', (file) => truncateSync(file, 200)],
    ['no code at all', (file) => writeFileSync(file, 'x'.repeat(5000))],
    ['a folder', (file) => [rmSync(file), mkdirSync(file)]],
  ])('%s', async (_, damage) => {
    install('one')
    compile()
    damage(kept()[0] ?? '')
    expect(await said()).toMatchObject({ stdout: 'one\n', stderr: '', exitCode: 0 })
  })
})

test('a folder that cannot be written to stays as it is', async () => {
  install('one')
  writeFileSync(join(folder, 'compiled'), 'a file')
  compile()
  expect(readFileSync(join(folder, 'compiled'), 'utf8')).toBe('a file')
  expect(await said()).toMatchObject({ stdout: 'one\n', exitCode: 0 })
})

test('other characters than ASCII arrive', async () => {
  install('…é😀')
  compile()
  expect(await said()).toMatchObject({ stdout: '…é😀\n', exitCode: 0 })
})
