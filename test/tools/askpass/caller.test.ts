import { expect, test } from 'vitest'
import { refuseServersWords } from '../../../src/tools/askpass/caller.ts'

/** Whether a prompt in the words of this program, asked by that one, is its own. */
async function isOwn(words: 'git' | 'ssh', name: string | undefined, version = ''): Promise<boolean> {
  const caller = name === undefined ? undefined : { name, path: '/proc/1/exe' }
  const run = async (program: string, given: readonly string[]) => {
    expect([program, ...given]).toEqual(['/proc/1/exe', '-V'])
    return { stdout: '', stderr: version, exitCode: 0 }
  }
  return refuseServersWords(words, caller, run).then(
    () => true,
    () => false,
  )
}

test.each(['git-remote-http', 'git', 'perl', undefined])('git’s words are its own when %s asks', async (name) => {
  expect(await isOwn('git', name)).toBe(true)
})

test.each(['ssh', 'ssh-add', 'ssh-agent', 'ssh.exe'])('git’s words are somebody else’s when %s asks', async (name) => {
  expect(await isOwn('git', name, 'OpenSSH_9.2p1')).toBe(false)
})

test.each([
  ['ssh', 'OpenSSH_8.5p1, OpenSSL 1.1.1', true],
  ['ssh', 'OpenSSH_9.2p1 Debian-2+deb12u6, OpenSSL 3.0.19', true],
  ['ssh', 'OpenSSH_10.0p2', true],
  ['ssh.exe', 'OpenSSH_for_Windows_9.5p1, LibreSSL 3.8.2', true],
  ['ssh', 'OpenSSH_8.4p1 Debian-5', false],
  ['ssh', 'OpenSSH_7.9p1', false],
  ['ssh', 'Not OpenSSH_9.2p1', false],
  ['ssh', '', false],
  ['ssh-add', '', true],
  ['sudo', '', false],
  ['dbclient', '', false],
  ['git-remote-http', '', false],
  [undefined, '', false],
])('ssh’s words, asked by %s, %j: its own is %s', async (name, version, own) => {
  expect(await isOwn('ssh', name, version)).toBe(own)
})
