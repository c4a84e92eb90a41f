import { type Row, runOnce, type Step } from './measure.ts'
import { callGoals, type Part } from './part.ts'

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
    return { rows, goals: callGoals(world, 'secret-service', ['cargo get']) }
  },
}
