import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeTemporaryFile, processSpace, removeTemporaryFile } from '../../../src/edge/launch/temporary-file.ts'
import { needs } from '../../real/require.ts'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'cb-handed-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return join(made, 'state')
}

test('only this user can read the file, and it is removed', () => {
  const path = makeTemporaryFile(folder(), 'a=ä\n')
  expect(readFileSync(path, 'utf8')).toBe('a=ä\n')
  expect([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777]).toEqual([0o600, 0o700])
  removeTemporaryFile(path)
  removeTemporaryFile(path)
  expect(existsSync(path)).toBe(false)
})

test('the file of a dead process is removed by the next one; that of a living process stays', () => {
  const state = folder()
  const living = makeTemporaryFile(state, 'living')
  const { pid } = spawnSync('/bin/true')
  const dead = join(dirname(living), `${pid}-${processSpace()}-0123456789abcdef`)
  writeFileSync(dead, 'dead')
  const next = makeTemporaryFile(state, 'next')
  expect([living, dead, next].map((path) => existsSync(path))).toEqual([true, false, true])
})

test('a file from another PID namespace is removed only when it is old', () => {
  const state = folder()
  const living = makeTemporaryFile(state, 'living')
  const { pid } = spawnSync('/bin/true')
  const elsewhere = join(dirname(living), `${pid}-pid4026532000-0123456789abcdef`)
  const strange = join(dirname(living), 'strange')
  for (const path of [elsewhere, strange]) writeFileSync(path, '')
  makeTemporaryFile(state, 'next')
  expect([elsewhere, strange].map((path) => existsSync(path))).toEqual([true, true])
  const longAgo = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000)
  for (const path of [elsewhere, strange]) utimesSync(path, longAgo, longAgo)
  makeTemporaryFile(state, 'next')
  expect([elsewhere, strange, living].map((path) => existsSync(path))).toEqual([false, false, true])
})

const inNamespace = ['--user', '--map-root-user', '--pid', '--fork', '--mount-proc']
const canMakeOne = spawnSync('unshare', [...inNamespace, 'true']).status === 0

needs('namespaces of one’s own (unshare)', canMakeOne)('another PID namespace', () => {
  test('is another scope of process IDs', () => {
    const file = join(import.meta.dirname, '..', '..', '..', 'src', 'edge', 'launch', 'temporary-file.ts')
    const program = `import { processSpace } from '${file}'; console.log(processSpace())`
    const words = ['--import', 'tsx', '--input-type=module', '-e', program]
    const other = spawnSync('unshare', [...inNamespace, process.execPath, ...words], { encoding: 'utf8' })
    expect(other.stdout.trim()).toMatch(/^[0-9a-f]+\.pid\d+$/)
    expect(other.stdout.trim()).not.toBe(processSpace())
  })
})
