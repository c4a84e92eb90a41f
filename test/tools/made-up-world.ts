import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Machine } from '../../src/tools/tool.ts'
import { testMachine } from '../test-machine.ts'

export interface MadeUp {
  readonly world: Machine
  readonly home: string
  /** The working directory, `project` in the home folder. */
  readonly project: string
  /** Writes a file below the home folder; its path. */
  put(name: string, text: string): string
  read(name: string): string | undefined
}

/** A home with real files, a working directory in it, and programs that are only names. */
export function madeUp(more: Partial<Machine> = {}): MadeUp {
  const home = mkdtempSync(join(tmpdir(), 'cb-home-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const project = join(home, 'project')
  mkdirSync(project)
  const world = testMachine(home, {
    workingFolder: project,
    ownCommand: (command) => `/opt/credbridge/${command}`,
    run: async () => ({ stdout: '', stderr: '', exitCode: 1 }),
    ...more,
  })
  return {
    world,
    home,
    project,
    put(name, text) {
      const path = join(home, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
      return path
    },
    read: (name) => world.files.read(join(home, name)),
  }
}
