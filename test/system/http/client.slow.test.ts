import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { needsPrograms } from '../../real/require.ts'
import { run } from '../../real/run.ts'
import { tellOAuthStory } from './oauth-story.ts'
import { tellHttpStory } from './story.ts'

needsPrograms('openssl')('on Node', () => {
  let folder = ''
  let program = ''
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cb-program-'))
    program = join(folder, 'program.cjs')
    const stdin = { contents: `import { run } from './program.ts'\nvoid run()\n`, resolveDir: import.meta.dirname }
    await build({ stdin, outfile: program, bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function done(work: string, input: object, env: NodeJS.ProcessEnv = {}) {
    const { stdout, stderr } = await run(process.execPath, [program, work, JSON.stringify(input)], { env })
    // Node itself warns of variables that it does not like.
    expect(stderr.replace(/^(\(node:\d+\) )?Warning: .*\n|^\(Use .*\n/gm, '')).toBe('')
    return JSON.parse(stdout)
  }

  describe('our client', () => tellHttpStory((asking, env) => done('ask', asking, env)))
  describe('a library for OAuth', () => tellOAuthStory((provider) => done('authorize', provider)))
})
