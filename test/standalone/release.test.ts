import { expect, test } from 'vitest'
import { manifest } from '../../packaging/project.ts'
import { run } from '../real/run.ts'
import { root } from './executable.ts'

/* Once package.json says where it comes from, this test goes. */

test('nothing is released that does not say where it comes from', async () => {
  expect(Object.keys(manifest).filter((name) => ['repository', 'homepage', 'bugs'].includes(name))).toEqual([])
  const outcome = await run('npm', ['run', '--silent', 'release'], { env: process.env, cwd: root })
  expect(outcome).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: 'package.json lacks repository, homepage, bugs: docs/release.md says who sets them\n',
  })
})
