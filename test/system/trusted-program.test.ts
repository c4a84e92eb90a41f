import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { trustedProgram } from '../../src/system/trusted-program.ts'

const userId = process.getuid?.() ?? -1
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(userInfo().homedir, '.cb-trusted-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of ['project/bin', 'own', 'open']) {
    mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, name, 'zenity'), '', { mode: 0o755 })
  }
})

function found(folders: readonly string[], workingFolder: string, others: readonly string[] = []) {
  const PATH = folders.map((name) => join(folder, name)).join(':')
  return trustedProgram('zenity', { env: { PATH }, userId, workingFolder }, others)
}

test("a project's program is passed over, and so is a link to it", () => {
  const project = join(folder, 'project')
  symlinkSync(join(project, 'bin'), join(folder, 'link'))
  const own = join(folder, 'own', 'zenity')
  expect(found(['project/bin', 'link', 'own'], project)).toBe(own)
  expect(found(['project/bin', 'own'], folder)).toBeUndefined()
  expect(found(['project/bin', 'own'], '/', [project])).toBe(own)
  expect(found(['own'], '/')).toBe(own)
})
