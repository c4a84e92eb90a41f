import { type Row, runOnce, type Step } from './measure.ts'
import { callGoals, type Part } from './part.ts'
import type { World } from './world.ts'

/* One lookup, as kubectl and AWS's programs make it. */

const store = 'secret-service'
const server = 'https://kube.example.com:6443'
const info = {
  apiVersion: 'client.authentication.k8s.io/v1',
  kind: 'ExecCredential',
  spec: { interactive: false, cluster: { server } },
}

type Form = World['forms'][number]

export const kubectlAndAws: Part = {
  name: 'kubectl-and-aws',
  async prepare(world) {
    keep(world)
    const rows = world.forms.flatMap((form): readonly Row[] => [
      { name: world.named('kubectl', form, store), steps: () => [kubectl(world, form)] },
      { name: world.named('aws', form, store), steps: () => [aws(world, form)] },
    ])
    return { rows, goals: callGoals(world, store, ['kubectl', 'aws']) }
  },
}

function keep({ forms: [form], on }: World): void {
  if (form === undefined) return
  const [program, env] = [form.command('credbridge'), on(store)]
  const keys = JSON.stringify({ AccessKeyId: 'AKIAEXAMPLE', SecretAccessKey: 's3cret' })
  runOnce({ program, words: ['set', '--kind', 'bearer', server], env, input: 't0ken\n' })
  runOnce({ program, words: ['set', '--kind', 'cloud-keys', 'https://aws.amazon.com', 'dev'], env, input: keys })
}

function kubectl({ on }: World, form: Form): Step {
  const env = on(store, { KUBERNETES_EXEC_INFO: JSON.stringify(info) })
  const answers = (stdout: string) => JSON.parse(stdout).status.token === 't0ken'
  return { program: form.command('credbridge-kubectl'), words: [], env, answers }
}

function aws({ on }: World, form: Form): Step {
  const answers = (stdout: string) => JSON.parse(stdout).SecretAccessKey === 's3cret'
  return { program: form.command('credbridge-aws'), words: ['dev'], env: on(store), answers }
}
