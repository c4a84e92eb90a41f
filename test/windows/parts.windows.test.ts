import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { needsWindows } from './world.ts'

/* The two small programs that ship for Windows. They take nothing from a folder that others may write to. */

const folder = join(import.meta.dirname, '..', '..', 'dist', 'windows')

needsWindows('the programs for Windows', () => {
  test.each([
    ['launcher', ['KERNEL32.dll']],
    ['credentials', ['ADVAPI32.dll', 'KERNEL32.dll']],
  ])('%s is of some KB, and loads only parts of Windows', (name, libraries) => {
    const bytes = readFileSync(join(folder, `${name}.exe`))
    expect(bytes.length).toBeLessThan(16 * 1024)
    expect([...new Set(bytes.toString('latin1').match(/[\w.-]+\.dll/gi))].sort()).toEqual(libraries)
    expect(bytes.includes('SetDefaultDllDirectories')).toBe(true)
  })
})
