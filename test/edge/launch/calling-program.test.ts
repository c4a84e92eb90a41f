import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { callingProgram, describedBy } from '../../../src/edge/launch/calling-program.ts'
import { needsPrograms } from '../../real/require.ts'

const started = 'Sat Oct 10 04:12:01 2026'

test('a program is known by its file, and not by what it was started as', () => {
  const lsof = 'p71\nftxt\nn/usr/bin/ssh\nftxt\nn/usr/lib/dyld\n'
  expect(describedBy(71, `   70 ${started}    \n`, lsof)).toEqual({
    id: 71,
    started,
    name: 'ssh',
    path: '/usr/bin/ssh',
    parent: 70,
  })
  expect(describedBy(71, `70 ${started}\n`, 'p71\nftxt\nn/a b/git-remote-http\n')?.name).toBe('git-remote-http')
})

test.each([
  ['', 'p71\nftxt\nn/usr/bin/ssh\n'],
  [`70 ${started}\n`, ''],
  [`70 ${started}\n`, 'p71\nftxt\nnssh\n'],
  ['70\n', 'p71\nftxt\nn/usr/bin/ssh\n'],
])('what ps or lsof does not tell is unknown: %j, %j', (ps, lsof) => {
  expect(describedBy(71, ps, lsof)).toBeUndefined()
})

needsPrograms('ps')('ps', () => {
  test('prints what is read', () => {
    const words = ['-o', 'ppid=,lstart=', '-p', String(process.pid)]
    const said = execFileSync('ps', words, { encoding: 'utf8' })
    expect(describedBy(process.pid, said, 'n/usr/bin/node\n')).toMatchObject({
      parent: process.ppid,
      started: expect.stringMatching(/^\w{3} \w{3} +\d+ [\d:]{8} \d{4}$/),
    })
  })
})

test.runIf(process.platform === 'linux')('the program that started this process can be run again', async () => {
  expect(await callingProgram()).toMatchObject({ path: expect.stringMatching(/^\/proc\/\d+\/exe$/) })
})
