import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { runIn } from '../../src/system/child.ts'
import { programsOnPath } from '../../src/system/programs.ts'

/* Programs on PATH, on Windows: there a semicolon separates the folders, and PATHEXT names the endings of programs. */

vi.mock('node:path', async (original) => ({ ...(await original<object>()), delimiter: ';', sep: '\\' }))

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cb-programs-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'folder.exe'))
  const files = ['uv', 'uv.cmd', 'uv.exe', 'uv.js', 'shim', 'shim.cmd', 'shim.ps1', 'python3.11.exe', 'folder.cmd']
  for (const file of files) writeFileSync(join(folder, file), '#!/bin/sh\necho started\n', { mode: 0o755 })
})

function found(name: string, PATHEXT?: string): readonly string[] {
  return programsOnPath(name, { PATH: `.;${folder}`, PATHEXT }).map((path) => basename(path))
}

test('the endings of PATHEXT are tried in their order', () => {
  expect(found('uv', '.COM;.EXE;.BAT;.CMD;.VBS;.JS')).toEqual(['uv.exe', 'uv.cmd'])
  expect(found('uv', '.CMD;.EXE')).toEqual(['uv.cmd', 'uv.exe'])
  expect(found('shim', '.EXE;.CMD')).toEqual(['shim.cmd'])
})

test.each([
  ['absent', undefined],
  ['empty', ''],
  ['in lower case', '.com;.exe;.bat;.cmd'],
  ['only separators', ';;'],
  ['without a program', '.JS;.PY'],
])('a PATHEXT that is %s leaves the usual order', (_, endings) => {
  expect(found('uv', endings)).toEqual(['uv.exe', 'uv.cmd'])
})

test('a lone dot and an empty ending are none: a script for sh without an ending is no program', () => {
  expect(found('uv', '.;.EXE')).toEqual(['uv.exe'])
  expect(found('uv', ';.Exe;')).toEqual(['uv.exe'])
  expect(found('shim', '.;.EXE')).toEqual([])
})

test('a name that has its ending is looked up as it is, whatever PATHEXT names', () => {
  expect(found('uv.exe', '.CMD')).toEqual(['uv.exe'])
  expect(found('UV.EXE', '.EXE')).toEqual([]) // these files are of a system that tells case apart
  expect(found('uv.cmd', '.EXE')).toEqual(['uv.cmd'])
  expect(found('python3.11', '.EXE')).toEqual(['python3.11.exe'])
})

test('a folder is no program', () => {
  expect(found('folder', '.EXE;.CMD')).toEqual(['folder.cmd'])
})

test('a batch file is found, so that it can be named, and never started', async () => {
  const [shim = ''] = programsOnPath('shim', { PATH: folder, PATHEXT: '.EXE;.CMD' })
  await expect(runIn({})(shim, [])).rejects.toMatchObject({
    code: 'unavailable',
    message: `${shim} is a batch file, and cannot be started`,
  })
})
