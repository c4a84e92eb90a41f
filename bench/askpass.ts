import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Row, runOnce, type Step } from './measure.ts'
import { callGoals, type Part } from './part.ts'
import { peer } from './world.ts'

/* One prompt of git. A shell that is named git asks it, because nobody else is answered in git's words. */

const store = 'secret-service'
const server = 'https://askpass.example.com'
const prompt = "Password for 'https://alice@askpass.example.com': "

export const askpass: Part = {
  name: 'askpass',
  async prepare(world) {
    const git = join(world.session.folder, 'git')
    copyFileSync(peer('sh', 'every system has it'), git)
    const rows = world.forms.map((form): Row => {
      const set = { program: form.command('credbridge'), words: ['set', server, 'alice'], env: world.on(store) }
      runOnce({ ...set, input: 's3cret' })
      const step: Step = {
        program: git,
        words: ['-c', '"$@"; exit $?', git, form.command('credbridge-askpass'), prompt],
        env: world.on(store),
        answers: (stdout) => stdout === 's3cret\n',
      }
      return { name: world.named('askpass', form, store), steps: () => [step] }
    })
    return { rows, goals: callGoals(world, store, ['askpass']) }
  },
}
