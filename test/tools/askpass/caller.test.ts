import { expect, test } from 'vitest'
import { Failure } from '../../../src/core/failure.ts'
import type { Machine } from '../../../src/system/machine.ts'
import { refuseDoubtful } from '../../../src/tools/askpass/caller.ts'
import { madeUp } from '../made-up-world.ts'

/** Whether a prompt in the words of this program, asked by that one, is its own. */
async function isOwn(words: 'git' | 'ssh', name: string | undefined, version = '', more: Partial<Machine> = {}) {
  const caller = name === undefined ? undefined : { id: 1, started: '2', name, path: '/proc/1/exe' }
  const run: Machine['run'] = async (program: string, given: readonly string[]) => {
    expect([name, program, ...given]).toEqual(['ssh', '/proc/1/exe', '-V'])
    return { stdout: '', stderr: version, exitCode: 0 }
  }
  return refuseDoubtful(words, 'a prompt', caller, madeUp({ run, ...more }).world).then(
    () => true,
    () => false,
  )
}

test.each(['git', 'git-remote-http', 'git-lfs'])('git’s words are its own when %s asks', async (name) => {
  expect(await isOwn('git', name)).toBe(true)
})

test.each([
  'ssh',
  'ssh-add',
  'dbclient', // Dropbear shows what a server says as it comes.
  'sudo', // PAM words prompts, and a server may word PAM's.
  'node',
  'gitk',
  'mygit',
  'systemd',
  undefined,
])('git’s words are somebody else’s when %s asks', async (name) => {
  expect(await isOwn('git', name, 'OpenSSH_9.2p1')).toBe(false)
})

test.each([
  [{}, true],
  [{ SSH_ASKPASS: '' }, true],
  [{ SSH_ASKPASS: '/mingw64/libexec/git-core/git-gui--askpass' }, true], // As Git for Windows sets it.
  [{ SSH_ASKPASS: 'C:\\credbridge\\credbridge-askpass.exe' }, false],
  [{ SSH_ASKPASS: 'C:\\a\\script.cmd' }, false],
])('on Windows, which does not tell who asks, with %j git’s words are its own is %s', async (env, own) => {
  expect(await isOwn('git', undefined, '', { env, platform: 'win32' })).toBe(own)
  expect(await isOwn('ssh', undefined, '', { env, platform: 'win32' })).toBe(false)
  expect(await isOwn('git', undefined, '', { env, platform: 'darwin' })).toBe(false)
})

test.each([
  ['ssh', 'OpenSSH_8.5p1, OpenSSL 1.1.1', true],
  ['ssh', 'OpenSSH_9.2p1 Debian-2+deb12u6, OpenSSL 3.0.19', true],
  ['ssh', 'OpenSSH_10.0p2', true],
  ['ssh', 'OpenSSH_8.4p1 Debian-5', false],
  ['ssh', 'OpenSSH_7.9p1', false],
  ['ssh', 'Not OpenSSH_9.2p1', false],
  ['ssh', '', false],
  ['ssh-add', '', true],
  ['sshpass', 'OpenSSH_9.2p1', false],
  ['ssh-keygen', 'OpenSSH_9.2p1', false],
  ['sudo', '', false],
  ['dbclient', '', false],
  ['git-remote-http', '', false],
  [undefined, '', false],
])('ssh’s words, asked by %s, %j: its own is %s', async (name, version, own) => {
  expect(await isOwn('ssh', name, version)).toBe(own)
})

test('a version that cannot be had is none', async () => {
  const run = async () => {
    throw new Failure('timeout', 'did not answer in time')
  }
  expect(await isOwn('ssh', 'ssh', '', { run })).toBe(false)
})

test('ssh’s words are answered to one process once, git’s as often as it likes', async () => {
  const made = madeUp()
  const isAnswered = (words: 'git' | 'ssh', prompt: string, id = 7, started = '1') => {
    const name = words === 'git' ? 'git' : 'ssh-add'
    return refuseDoubtful(words, prompt, { id, started, name, path: '/x' }, made.world).then(
      () => true,
      () => false,
    )
  }
  expect(await isAnswered('ssh', "a@b's password: ")).toBe(true)
  expect(await isAnswered('ssh', "a@b's password: ")).toBe(false)
  expect(await isAnswered('ssh', "a@c's password: ")).toBe(true)
  expect(await isAnswered('ssh', "a@b's password: ", 8)).toBe(true)
  expect(await isAnswered('ssh', "a@b's password: ", 7, '2')).toBe(true)
  for (let id = 100; id < 140; id++) expect(await isAnswered('ssh', "a@b's password: ", id)).toBe(true)
  const kept = made.read('.state/asked-by-ssh') ?? ''
  expect(kept.split('\n')).toHaveLength(33)
  expect(kept).toMatch(/^[0-9a-f\n]+$/)
  expect([await isAnswered('git', 'x'), await isAnswered('git', 'x')]).toEqual([true, true])
})

test('a memory that cannot be written is none', async () => {
  const made = madeUp()
  made.world.files.folder(`${made.home}/.state/asked-by-ssh`)
  const caller = { id: 7, started: '1', name: 'ssh-add', path: '/x' }
  for (let count = 0; count < 2; count++) await refuseDoubtful('ssh', 'x', caller, made.world)
})
