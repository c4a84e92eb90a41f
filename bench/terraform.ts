import { type Row, runOnce, type Step } from './measure.ts'
import { callGoals, type Part } from './part.ts'

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
    return { rows, goals: callGoals(world, 'secret-service', ['terraform get']) }
  },
}
