import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { message, needsWindows, onWindows, tool, type Windows, windows } from './world.ts'

/*
 * Other programs' items in the Credential Manager: those of Git Credential Manager, of git-credential-wincred and of
 * Python's keyring, put there as these programs do. An outsider looks at what really lies there.
 */

let it: Windows
const env = { CREDBRIDGE_STORE: 'keychain' }

const git = (verb: string, host: string, ...more: readonly string[]) =>
  it.run('git-credential-credbridge', [verb], { input: message(['protocol=https', `host=${host}`, ...more]), env })
const keyring = (...words: readonly string[]) => it.run('credbridge-keyring', words, { env })
const set = (service: string, account: string, secret: string) =>
  it.run('credbridge-keyring', ['set', service, account], { input: secret, env })
const secretAt = async (target: string) => (await it.outsider('read', target)).stdout

/** What keyring/backends/Windows.py of Python does. */
const byPython = (target: string, account: string, secret: string) =>
  it.outsider('write', target, account, secret, 'Stored using python-keyring')

/** Texts in a request to our own part (packaging/windows/credentials.c). */
function fields(...texts: readonly string[]): string {
  const field = (text: string) => {
    const bytes = Buffer.from(text, 'utf16le')
    return bytes.length.toString(16).padStart(8, '0') + bytes.toString('hex')
  }
  return texts.map(field).join('')
}

needsWindows('neighbours in the Credential Manager', () => {
  beforeAll(() => {
    it = windows('Neighbour')
  })

  describe("git's own helpers", () => {
    test("git borrows Git Credential Manager's sign-in, and ours lies beside it", async () => {
      const host = 'borrowed.example.com'
      await it.outsider('write', `git:https://${host}`, 'alice', 'gcm-token', '')
      expect((await git('get', host)).stdout).toContain('username=alice\npassword=gcm-token\n')
      // What git stores after that is what it was answered: no copy is made.
      await git('store', host, 'username=alice', 'password=gcm-token')
      expect(await it.lying(host)).toHaveLength(1)

      await git('store', host, 'username=alice', 'password=newer')
      expect((await git('get', host)).stdout).toContain('password=newer\n')
      expect(await secretAt(`git:https://${host}`)).toBe('gcm-token')
      expect((await it.lying(host)).map(([target]) => target).sort()).toEqual([
        `credbridge:git:https://${host} (alice)`,
        `git:https://${host}`,
      ])
      await git('erase', host, 'username=alice', 'password=newer')
      expect(await secretAt(`git:https://${host}`)).toBe('gcm-token')
    })

    test("git-credential-wincred's names the user, and each user is found", async () => {
      const host = 'wincred.example.com'
      await it.outsider('write', `git:https://bob@${host}`, 'bob', "bob's", '')
      await it.outsider('write', `git:https://carol@${host}`, 'carol', "carol's", '')
      expect((await git('get', host, 'username=carol')).stdout).toContain("password=carol's\n")
      expect((await git('get', host, 'username=bob')).stdout).toContain("password=bob's\n")
      expect((await git('get', host, 'username=dave')).stdout).toBe('')
    })

    test('a server that refuses a borrowed sign-in ends its use, and leaves it where it is', async () => {
      const host = 'refused.example.com'
      await it.outsider('write', `git:https://${host}`, 'alice', 'old', '')
      await git('erase', host, 'username=alice', 'password=old')
      expect((await git('get', host)).stdout).toBe('')
      expect(await secretAt(`git:https://${host}`)).toBe('old')
    })

    test('a person’s secret takes precedence and changes nothing of theirs', async () => {
      const host = 'person.example.com'
      await it.outsider('write', `git:https://${host}`, 'alice', 'theirs', '')
      const done = await it.run('credbridge', ['set', `https://${host}`, 'alice'], { input: 'mine', env })
      expect(done).toMatchObject({ exitCode: 0 })
      expect((await git('get', host)).stdout).toContain('password=mine\n')
      expect(await secretAt(`git:https://${host}`)).toBe('theirs')
    })

    test('import copies them', async () => {
      await it.outsider('write', 'git:https://gcm.import.example.com', 'alice', 'of gcm', '')
      await it.outsider('write', 'git:https://bob@wincred.import.example.com', 'bob', 'of wincred', '')
      const wincred = await it.run('credbridge', ['import', '--from', 'wincred', '--yes'], { env })
      expect(wincred.stderr).toContain('bob at https://wincred.import.example.com (basic)')
      expect(wincred.stderr).not.toContain('gcm.import.example.com')
      const gcm = await it.run('credbridge', ['import', '--from', 'gcm', '--yes'], { env })
      expect(gcm.stderr).toContain('alice at https://gcm.import.example.com (basic)')
      expect((await it.lying('import.example.com')).map(([target]) => target).sort()).toEqual([
        'credbridge:git:https://gcm.import.example.com (alice)',
        'credbridge:git:https://wincred.import.example.com (bob)',
        'git:https://bob@wincred.import.example.com',
        'git:https://gcm.import.example.com',
      ])
    })
  })

  describe("Python's keyring", () => {
    test('what Python wrote is found, under both of its names', async () => {
      await byPython('shared', 'ann', "ann's")
      await byPython('bob@shared', 'bob', "bob's")
      expect((await keyring('get', 'shared', 'ann')).stdout.trim()).toBe("ann's")
      expect((await keyring('get', 'shared', 'bob')).stdout.trim()).toBe("bob's")
      expect((await keyring('get', 'shared', 'carol')).exitCode).toBe(1)
    })

    test('what we write Python finds, and no account is lost by it', async () => {
      await set('written', 'ann', 'first')
      expect(await it.lying('written')).toEqual([['written', 'ann', 'Stored using python-keyring', '2', '10']])
      await set('written', 'bob', 'second')
      expect(await secretAt('written')).toBe('second')
      expect(await secretAt('ann@written')).toBe('first')
      expect((await keyring('get', 'written', 'ann')).stdout.trim()).toBe('first')
      await set('written', 'ann', 'third')
      expect((await keyring('get', 'written', 'ann')).stdout.trim()).toBe('third')
      expect((await keyring('get', 'written', 'bob')).stdout.trim()).toBe('second')
      await keyring('del', 'written', 'ann')
      expect((await keyring('get', 'written', 'ann')).exitCode).toBe(1)
      expect((await it.lying('written')).map(([, user]) => user)).toEqual(['bob'])
    })

    test('nothing is written if the other account cannot be kept', async () => {
      await byPython('crowded', 'ann', "ann's")
      await it.outsider('write', 'ann@crowded', 'somebody', "somebody's", 'a comment')
      expect(await set('crowded', 'bob', "bob's")).toMatchObject({ exitCode: 1 })
      expect(await secretAt('crowded')).toBe("ann's")
      expect(await secretAt('ann@crowded')).toBe("somebody's")
    })

    test("a service with the name of git's items is not written", async () => {
      await it.outsider('write', 'git:https://never.example.com', 'alice', 'theirs', '')
      expect(await set('git:https://never.example.com', 'alice', 'ours')).toMatchObject({ exitCode: 1 })
      expect(await secretAt('git:https://never.example.com')).toBe('theirs')
    })
  })

  test('a credential that is written again or copied keeps its attributes and its persistence', async () => {
    const writing = (target: string) => `w${fields(target, 'ann', 'a comment', 'p@ss')}`
    const input = `${['there', 'new', 'unreadable'].map(writing).join('')}c${fields('there', 'other')}q`
    const { stdout, stderr } = await it.start(tool('attributes'), [], { input })
    expect(stderr.split(/\r?\n/)).toEqual([
      'there: type 1, persistence 3, attributes 1, the former ones',
      'new: type 1, persistence 2, attributes 0',
      'other: type 1, persistence 3, attributes 1, the former ones',
      '',
    ])
    expect(stdout.split(/\r?\n/)).toEqual(['00000000', '00000000', '00000005', '00000000', ''])
  })

  describe('our own part', () => {
    const program = onWindows(join(import.meta.dirname, '..', '..', 'dist', 'windows', 'credentials.exe'))

    test('answers an unknown target with the error of Windows', async () => {
      const { stdout, exitCode } = await it.start(program, [], { input: 'r000000046e006f00q' })
      expect([stdout, exitCode]).toEqual(['00000490\n', 0])
    })

    test('lists while others of it write and remove', async () => {
      const changes = (target: string) => `w${fields(target, 'ann', 'a comment', 'p@ss')}d${fields(target)}`.repeat(5)
      const asked = Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? 'l'.repeat(5) : changes(`at once ${at}`)))
      const said = await Promise.all(asked.map((input) => it.start(program, [], { input: `${input}q` })))
      const answers = said.map(({ stdout, exitCode }) => [
        exitCode,
        ...stdout.split(/\r?\n/).map((line) => line.slice(0, 8)),
      ])
      const fine = (count: number) => [0, ...Array.from({ length: count }, () => '00000000'), '']
      expect(answers).toEqual(asked.map((_, at) => fine(at % 2 === 0 ? 5 : 10)))
    })
  })
})
