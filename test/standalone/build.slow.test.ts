import { createHash } from 'node:crypto'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { commands } from '../../packaging/project.ts'
import { buildStandalone } from '../../packaging/standalone.ts'
import { targetNamed } from '../../packaging/targets.ts'
import { needsExecutable } from './executable.ts'

needsExecutable('the build of the standalone executable, twice', () => {
  test('two builds are the same to the byte', async () => {
    const [one, other] = [builtIn(await emptyFolder()), builtIn(await emptyFolder())]
    const first = await one
    expect(first.size).toBeGreaterThan(commands.length)
    expect(await other).toEqual(first)
  })
})

async function emptyFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'cb-build-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Every file, link and mode of a build. */
async function builtIn(folder: string): Promise<ReadonlyMap<string, string>> {
  await buildStandalone(targetNamed(undefined), folder)
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  return new Map(names.map((name) => [name, described(join(folder, name))]))
}

function described(path: string): string {
  const stats = lstatSync(path)
  if (stats.isSymbolicLink()) return `link to ${readlinkSync(path)}`
  const mode = (stats.mode & 0o777).toString(8)
  return stats.isFile() ? `${mode} ${createHash('sha256').update(readFileSync(path)).digest('hex')}` : mode
}
