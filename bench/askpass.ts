import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Row, runOnce, type Step } from './measure.ts'
import { callGoals, type Part } from './part.ts'
import { type Form, peer } from './world.ts'

/*
 * One prompt of git. A shell that is named git asks it, because nobody else is answered in git's words. So it is compared
 * with a `get` that such a shell makes.
 */

const store = 'secret-service'
const server = 'https://askpass.example.com'
const prompt = "Password for 'https://alice@askpass.example.com': "
const request = 'protocol=https\nhost=askpass.example.com\nusername=alice\n'
const getBelow = 'git get, by a shell'

export const askpass: Part = {
  name: 'askpass',
  async prepare(world) {
    const git = join(world.session.folder, 'git')
    copyFileSync(peer('sh', 'every system has it'), git)
    const below = (form: Form, command: string, more: Omit<Step, 'program' | 'words' | 'env'>, ...words: string[]) => ({
      program: git,
      words: ['-c', '"$@"; exit $?', git, form.command(command), ...words],
      env: world.on(store),
      ...more,
    })
    const rows = world.forms.flatMap((form): readonly Row[] => {
      const set = { program: form.command('credbridge'), words: ['set', server, 'alice'], env: world.on(store) }
      runOnce({ ...set, input: 's3cret' })
      const password = { answers: (stdout: string) => stdout === 's3cret\n' }
      const found = { input: request, answers: (stdout: string) => stdout.includes('password=s3cret\n') }
      return [
        {
          name: world.named('askpass', form, store),
          steps: () => [below(form, 'credbridge-askpass', password, prompt)],
        },
        {
          name: world.named(getBelow, form, store),
          steps: () => [below(form, 'git-credential-credbridge', found, 'get')],
        },
      ]
    })
    return { rows, goals: callGoals(world, store, ['askpass'], getBelow) }
  },
}
