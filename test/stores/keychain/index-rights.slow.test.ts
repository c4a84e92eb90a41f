import { chmodSync, chownSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { printIndex } from '../../../src/stores/keychain/index-file.ts'
import { needsPrograms } from '../../real/require.ts'
import { run } from '../../real/run.ts'
import { indexWith, row } from './index-world.ts'

const isRoot = process.getuid?.() === 0

/** Runs as the user `nobody` and reports its user ID, because CI runs as root, which file modes do not stop. */
async function withoutRights(file: string): Promise<{ userId: number; read: string; write: string }> {
  const asNobody = isRoot ? ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'] : []
  const script = join(import.meta.dirname, 'index-child.ts')
  const { folder } = indexWith(undefined)
  chmodSync(folder, 0o777) // For what tsx writes.
  const [program = '', ...words] = [...asNobody, process.execPath, '--import', 'tsx', script]
  const { stdout, stderr } = await run(program, words, { env: { TMPDIR: folder }, input: JSON.stringify({ file }) })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}

/** An index whose folder and file belong to the unprivileged user, with these modes. */
function indexOfNobody(folderMode: number, fileMode: number) {
  const index = indexWith(printIndex([row]))
  if (isRoot) for (const path of [index.file, index.folder]) chownSync(path, 65534, 65534)
  chmodSync(index.file, fileMode)
  chmodSync(index.folder, folderMode)
  onTestFinished(() => chmodSync(index.folder, 0o700))
  return index
}

needsPrograms('setpriv')('to a user without rights', () => {
  test('its own index can be read and written', async () => {
    const { file } = indexOfNobody(0o700, 0o600)
    const { userId, read, write } = await withoutRights(file)
    expect(userId).not.toBe(0)
    expect({ read, write }).toEqual({ read: 'done', write: 'done' })
  })

  test('a folder that may not be written is refused, and the index stays', async () => {
    const { file } = indexOfNobody(0o500, 0o600)
    const { userId, read, write } = await withoutRights(file)
    expect(userId).not.toBe(0)
    expect({ read, write }).toEqual({ read: 'done', write: `refused: ${file}.lock cannot be used: permission denied` })
    expect(readFileSync(file, 'utf8')).toBe(printIndex([row]))
  })

  test.each([
    [0o700, 0o000],
    [0o000, 0o600],
  ])('a folder of mode %o with a file of mode %o is refused, never empty', async (folderMode, fileMode) => {
    const { file } = indexOfNobody(folderMode, fileMode)
    const { userId, read, write } = await withoutRights(file)
    expect(userId).not.toBe(0)
    expect(read).toBe(`refused: ${file} cannot be used: permission denied`)
    expect(write).toBe(`refused: ${file}${folderMode === 0 ? '.lock' : ''} cannot be used: permission denied`)
  })

  test.runIf(isRoot)('an index of root is refused, although it could be read', async () => {
    const { file, folder } = indexWith(printIndex([row]))
    chmodSync(folder, 0o755)
    const { userId, read, write } = await withoutRights(file)
    expect(userId).not.toBe(0)
    expect(read).toBe(`refused: ${folder} belongs to another user`)
    expect(write).toMatch(/^refused: /)
    chownSync(folder, 65534, 65534)
    expect((await withoutRights(file)).read).toBe(`refused: ${file} cannot be used: permission denied`)
    chmodSync(file, 0o644)
    expect((await withoutRights(file)).read).toBe(`refused: ${file} belongs to another user`)
  })
})
