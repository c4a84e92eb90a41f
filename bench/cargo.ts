import { type Row, runOnce, type Step } from './measure.ts'
import type { Goal, Part } from './part.ts'
import type { World } from './world.ts'

/* cargo's request for a token that it saved, as in each command that speaks to a registry. */

const stores = ['secret-service', 'vault']
const index = 'sparse+https://cargo.example.com/index/'

export const cargo: Part = {
  name: 'cargo',
  async prepare(world) {
    const rows = stores.flatMap((store) =>
      world.forms.map((form): Row => {
        const step = (request: object): Step => ({
          program: form.command('cargo-credential-credbridge'),
          words: ['--cargo-plugin'],
          env: world.on(store),
          input: `${JSON.stringify({ v: 1, registry: { 'index-url': index }, ...request })}\n`,
          answers: (stdout) => stdout.includes('"Ok"'),
        })
        runOnce(step({ kind: 'login', token: 'a-token' }))
        return {
          name: world.named('cargo get', form, store),
          steps: () => [step({ kind: 'get', operation: 'read' })],
        }
      }),
    )
    return { rows, goals: goals(world) }
  },
}

function goals({ forms: [node, standalone], named }: World): readonly Goal[] {
  if (node === undefined || standalone === undefined) return []
  const ofGit = named('git get', standalone, 'secret-service')
  return [
    { row: named('cargo get', node, 'secret-service'), against: 'node -e 0', atMost: 1.6, issue: 14 },
    { row: named('cargo get', standalone, 'secret-service'), against: ofGit, atMost: 1.1, issue: 14 },
  ]
}
