import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildProgram } from '../../packaging/native.ts'
import { needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { tellOAuthStory } from '../system/http/oauth-story.ts'
import { tellHttpStory } from '../system/http/story.ts'
import { webNames } from '../system/http/web-names.ts'
import { needsExecutable } from './executable.ts'

/* The stories of test/system/http, told of the native host. Where the executable was built, cargo builds this program too. */

needsExecutable('the native host', () => needsPrograms('openssl', 'cargo')('with a program for tests', stories))

function stories(): void {
  let folder = ''
  let program = ''
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cb-program-'))
    program = join(folder, 'program')
    await buildProgram(program, `import { run } from '../test/system/http/program.ts'\nvoid run()\n`)
  }, 900_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function done(work: string, input: object, env: NodeJS.ProcessEnv = {}) {
    const { stdout, stderr } = await run(program, [work, JSON.stringify(input)], { env })
    expect(stderr).toBe('')
    return JSON.parse(stdout)
  }

  describe('our client', () => tellHttpStory((asking, env) => done('ask', asking, env)))
  describe('a library for OAuth', () => tellOAuthStory((provider) => done('authorize', provider)))

  test('the names of the web do what they do on Node', async () => {
    expect(await done('webNames', {})).toEqual(await webNames())
  })
}
