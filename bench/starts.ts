import { execFileSync } from 'node:child_process'
import type { Part } from './part.ts'

/* The cost of a start before credbridge's code runs: of any process, of Node. */

export const starts: Part = {
  name: 'starts',
  async prepare({ env, node }) {
    return {
      rows: [
        { name: 'bare process', steps: () => [{ program: '/bin/true', words: [], env }] },
        { name: 'node -e 0', steps: () => [{ program: node, words: ['-e', '0'], env }] },
      ],
      goals: [],
      versions: { Node: execFileSync(node, ['--version'], { encoding: 'utf8' }).trim() },
    }
  },
}
