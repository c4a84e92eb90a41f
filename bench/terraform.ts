import { type Row, runOnce, type Step } from './measure.ts'
import type { Goal, Part } from './part.ts'
import type { World } from './world.ts'

/* Terraform's request for a token that it saved, as for each host in `terraform init`. */

const stores = ['secret-service', 'vault']
const host = 'terraform.example.com'

export const terraform: Part = {
  name: 'terraform',
  async prepare(world) {
    const rows = stores.flatMap((store) =>
      world.forms.map((form): Row => {
        const program = form.command('terraform-credentials-credbridge')
        const env = world.on(store)
        runOnce({ program, words: ['store', host], env, input: '{"token":"a-token"}' })
        const get: Step = {
          program,
          words: ['get', host],
          env,
          answers: (stdout) => stdout === '{"token":"a-token"}\n',
        }
        return { name: world.named('terraform get', form, store), steps: () => [get] }
      }),
    )
    return { rows, goals: goals(world) }
  },
}

function goals({ forms: [node, standalone], named }: World): readonly Goal[] {
  if (node === undefined || standalone === undefined) return []
  const ofGit = named('git get', standalone, 'secret-service')
  return [
    { row: named('terraform get', node, 'secret-service'), against: 'node -e 0', atMost: 1.6, issue: 14 },
    { row: named('terraform get', standalone, 'secret-service'), against: ofGit, atMost: 1.1, issue: 14 },
  ]
}
