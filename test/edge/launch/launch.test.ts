import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { realProgram } from '../../../src/edge/launch/launch.ts'

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cb-launch-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of ['one', 'two']) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'npm'), '#!/bin/sh\n', { mode: 0o755 })
  }
  return folder
}

const withPath = (PATH: string) => ({ env: { PATH }, isOwnProgram: () => false })

test('a program is searched in the absolute folders of PATH, never in the working directory', () => {
  const folder = place()
  const [one, two] = [join(folder, 'one'), join(folder, 'two')]
  expect(realProgram('npm', withPath(`.:one::${two}:${one}`))).toBe(join(two, 'npm'))
  for (const PATH of ['', '.', 'one', '../one']) {
    expect(() => realProgram('npm', withPath(PATH))).toThrow(expect.objectContaining({ code: 'unavailable' }))
  }
})

test('a path is not searched on PATH', () => {
  expect(realProgram('/usr/bin/npm', withPath(''))).toBe('/usr/bin/npm')
  expect(realProgram('./npm', withPath(''))).toBe(join(process.cwd(), 'npm'))
})
