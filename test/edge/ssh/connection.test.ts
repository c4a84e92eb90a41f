import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { connect } from '../../../src/edge/ssh/connection.ts'
import { runIn } from '../../../src/system/child.ts'

/* The far side is a script in place of ssh, because no real one is hostile. */

/** What it prints, and then it waits for the end of its input. Its words go to a file. */
function farSide(...lines: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'far-side-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [ssh, said, words] = ['ssh', 'said', 'words'].map((name) => join(folder, name)) as [string, string, string]
  writeFileSync(said, lines.map((line) => `credbridge-ssh: ${line}\n`).join(''))
  writeFileSync(ssh, `#!/bin/sh\necho "$@" >>${words}\ncase " $* " in *" -O "*) exit 0;; esac\ncat ${said}\nexec cat\n`)
  chmodSync(ssh, 0o700)
  return {
    words: () => readFileSync(words, 'utf8'),
    connect: (...options: readonly string[]) =>
      connect(ssh, join(folder, 'control'), { options, destination: 'host', rest: [] }, runIn(process.env)),
  }
}

const known = ['system Linux x86_64', 'credbridge there']

test.each([`/run/\${AWS_SECRET}/s`, '/run/%d/s', 'run/s', '/run:/etc/s', '/', `/${'a'.repeat(91)}`])(
  'a far side that names %s for the socket gets no forwarding',
  async (path) => {
    const far = farSide(...known, `socket ${path}`)
    await expect(far.connect()).rejects.toMatchObject({ code: 'unsupported' })
    expect(far.words()).not.toContain('forward')
  },
)

test('a plain path is taken', async () => {
  const far = farSide(...known, 'socket /run/user/1000/credbridge/far-box.example.com_7.sock', 'linked')
  const connection = await far.connect('-Nv', '-n')
  await connection.forward('/here')
  expect(far.words()).toContain('-R /run/user/1000/credbridge/far-box.example.com_7.sock:/here')
  expect(far.words().split('\n')[0]).not.toMatch(/ -N?n| -Nv/)
  expect(connection.sessionWords([]).slice(0, 4)).toEqual(['-o', 'ForkAfterAuthentication=no', '-Nv', '-n'])
  await connection.end()
})

test('a far side that says nothing ends the wait', { timeout: 20_000 }, async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const connecting = farSide().connect()
  vi.advanceTimersByTime(300_000)
  await expect(connecting).rejects.toMatchObject({ code: 'timeout' })
})
