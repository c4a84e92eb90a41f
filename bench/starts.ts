import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compiler, runtimeVersion } from '../packaging/runtime.ts'
import type { Part } from './part.ts'

/* The cost of a start before credbridge's code runs: of any process, of Node, of the runtime in the executable. */

export const starts: Part = {
  name: 'starts',
  async prepare({ env, node }) {
    const empty = emptyExecutable()
    return {
      rows: [
        { name: 'bare process', steps: () => [{ program: '/bin/true', words: [], env }] },
        { name: 'node -e 0', steps: () => [{ program: node, words: ['-e', '0'], env }] },
        { name: 'empty executable of Bun', steps: () => [{ program: empty, words: [], env }] },
      ],
      goals: [],
      versions: { Node: execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(), Bun: runtimeVersion },
    }
  },
}

/** Compiled with the same switches as credbridge, from an empty file. */
function emptyExecutable(): string {
  const folder = join(import.meta.dirname, '..', 'build', 'bench')
  const program = join(folder, 'empty')
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${program}.ts`, 'export {}\n')
  const switches = ['--compile', '--bytecode', '--format=esm', '--minify', `--outfile=${program}`]
  execFileSync(compiler(), ['build', ...switches, `${program}.ts`], { stdio: 'ignore' })
  return program
}
