import { type Row, runOnce, type Step } from './measure.ts'
import { callGoals, type Part } from './part.ts'
import type { World } from './world.ts'

/* One lookup, as go makes it after a refusal, and as Bazel makes it. */

const store = 'secret-service'
const host = 'https://modules.example.com'
const basic = Buffer.from('alice:s3cret').toString('base64')

type Form = World['forms'][number]

export const goAndBazel: Part = {
  name: 'go-and-bazel',
  async prepare(world) {
    const [form] = world.forms
    if (form !== undefined) {
      const env = world.on(store)
      runOnce({ program: form.command('credbridge'), words: ['set', host, 'alice'], env, input: 's3cret' })
    }
    const rows = world.forms.flatMap((form): readonly Row[] => [
      { name: world.named('go', form, store), steps: () => [go(world, form)] },
      { name: world.named('bazel', form, store), steps: () => [bazel(world, form)] },
    ])
    return { rows, goals: callGoals(world, store, ['go', 'bazel']) }
  },
}

function go({ on }: World, form: Form): Step {
  const input = 'HTTP/1.1 401 Unauthorized\n\n'
  const words = [`${host}/team/app?go-get=1`]
  const answers = (stdout: string) => stdout === `${host}\n\nAuthorization: Basic ${basic}\n\n`
  return { program: form.command('credbridge-go'), words, env: on(store), input, answers }
}

function bazel({ on }: World, form: Form): Step {
  const input = JSON.stringify({ uri: `${host}/archive.tar.gz` })
  const answers = (stdout: string) => JSON.parse(stdout).headers.Authorization[0] === `Basic ${basic}`
  return { program: form.command('credbridge-bazel'), words: ['get'], env: on(store), input, answers }
}
