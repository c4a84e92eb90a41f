import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needsKernelKeyring } from '../real/kernel-keyring.ts'
import { needs } from '../real/require.ts'
import { tracing } from '../stores/vault/tracing.ts'
import { answer, at, filled, start, type VaultWorld, withPassphrase, words } from './vault-world.ts'

/*
 * `credbridge unlock` and `credbridge lock`, as a person runs them. What the kernel's keyring does in which session:
 * test/stores/vault/kernel-keyring.test.ts.
 */

const locked = { stdout: '', stderr: expect.stringContaining('credbridge: the vault is locked\n'), timedOut: false }
const open = { stdout: answer, stderr: '' }
const over = { stdout: '', stderr: expect.stringContaining('does not open the vault, or has expired') }

function unlock(world: VaultWorld, ...more: readonly string[]) {
  return world.run('credbridge', ['unlock', ...more], { input: `${words}\n` })
}

needs('the build (npm run build)', built)('built', () => {
  needsKernelKeyring()('in the kernel', () => {
    /** A vault with a passphrase, of which the kernel keeps nothing after the test. */
    async function vault(): Promise<VaultWorld> {
      const world = await withPassphrase()
      onTestFinished(async () => void (await world.credbridge('lock')))
      return world
    }

    test('unlock asks once; then every process has it open until lock', async () => {
      const world = await vault()
      expect(await world.asGit()).toMatchObject(locked)
      const { stdout, stderr, exitCode } = await unlock(world, '--for', '30m')
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 })
      expect(stderr).toMatch(
        /^the passphrase opened the vault until [^,]+, for all your processes, also after you log out$/m,
      )
      expect(stderr).toContain('to close it: credbridge lock\n')
      expect(await world.asGit()).toMatchObject(open)
      expect((await world.credbridge('get', at)).stdout).toBe('s3cret\n')
      expect(await world.status()).toMatchObject({ locked: false, openedBy: 'kernel-keyring' })
      expect(await world.credbridge('lock')).toMatchObject({ exitCode: 0, stderr: 'the vault is locked\n' })
      expect(await world.asGit()).toMatchObject(locked)
    })

    test('a wrong passphrase keeps nothing', async () => {
      const world = await vault()
      expect(await world.run('credbridge', ['unlock'], { input: 'guessed\n' })).toMatchObject({
        exitCode: 2,
        stderr: 'credbridge: this passphrase does not open the vault\n',
      })
      expect(await world.asGit()).toMatchObject(locked)
    })

    test('after its time it is locked again', async () => {
      const world = await vault()
      expect(await unlock(world, '--for', '1s')).toMatchObject({ exitCode: 0 })
      await expect.poll(() => world.asGit(), { timeout: 10_000 }).toMatchObject(locked)
    })

    test('it lasts no longer than was said, and says when the kernel may forget earlier', async () => {
      const world = await vault()
      expect((await unlock(world, '--for', '5d')).stderr).toContain('if it is not used for three days')
      for (const time of ['8', '0h', '31d', '-1h', '1.5h', 'ever']) {
        expect(await unlock(world, '--for', time)).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('--for'),
        })
      }
    })
  })

  describe('nothing to do', () => {
    test('a vault with its key file needs no unlock, and lock says that it stays open', async () => {
      const world = await filled()
      expect(await world.credbridge('unlock')).toMatchObject({
        exitCode: 0,
        stderr: 'nothing needs to be unlocked: the key file opens the vault (credbridge vault status)\n',
      })
      expect(await world.credbridge('lock')).toMatchObject({
        exitCode: 0,
        stderr: 'no key is kept, but its key file still opens the vault\n',
      })
    })

    test('without a vault', async () => {
      const world = await start()
      expect(await world.credbridge('unlock')).toMatchObject({ exitCode: 2 })
      expect(await world.credbridge('lock')).toMatchObject({ exitCode: 1, stderr: 'there is no vault to lock\n' })
    })
  })

  tracing()('where the kernel refuses its keyring, as in containers', () => {
    test('unlock says so before it asks for anything, and what is left', async () => {
      const world = await withPassphrase()
      const refusing = [
        '-f',
        '-qqq',
        '-o',
        '/dev/null',
        '-e',
        'trace=keyctl,add_key',
        '-e',
        'inject=keyctl,add_key:error=EPERM',
      ]
      const outcome = await world.run('strace', [...refusing, 'credbridge', 'unlock'], { keepStdinOpen: true })
      expect(outcome).toMatchObject({ exitCode: 2, stdout: '', timedOut: false })
      expect(outcome.stderr.split('\n')).toEqual([
        "credbridge: the kernel's keyring cannot be used: the kernel does not permit it here",
        'hint: for one command and its child processes: credbridge unlock -- <command>',
        'hint: last resort, visible to programs that can read your environment: export CREDBRIDGE_VAULT_KEY="$(credbridge unlock --print)"',
        '',
      ])
      const get = `printf 'protocol=https\\nhost=git.example.com\\n\\n' | strace "$@" git-credential-credbridge get`
      expect(await world.run('sh', ['-c', get, 'sh', ...refusing])).toMatchObject({
        stdout: '',
        stderr: expect.stringContaining("credbridge: the vault is locked, and the kernel's keyring cannot be used"),
      })
    })
  })

  describe('handed on', () => {
    const get = `printf 'protocol=https\\nhost=git.example.com\\n\\n' | git-credential-credbridge get`

    test('by descriptor: to a command and all that it starts, again and again, and to nobody else', async () => {
      const world = await withPassphrase()
      const outcome = await unlock(world, '--', 'sh', '-c', `${get} && sh -c "${get.replaceAll('"', '\\"')}"; exit 5`)
      expect(outcome).toMatchObject({ stdout: answer + answer, stderr: '', exitCode: 5 })
      expect(await world.asGit()).toMatchObject(locked)
    })

    test('by descriptor: nothing of it has a name, can be written or stands in the environment', async () => {
      const world = await withPassphrase()
      const look =
        'readlink /proc/self/fd/3; stat -L -c "%h links" /proc/self/fd/3; env | grep CREDBRIDGE_VAULT; echo x >&3 || echo refused'
      const { stdout } = await unlock(world, 'sh', '-c', look)
      expect(stdout).toMatch(/^\/\S+ \(deleted\)\n0 links\nCREDBRIDGE_VAULT_KEY_FD=3\nrefused\n$/)
    })

    test('by descriptor: what a program closes is said, and the variable takes its place', async () => {
      const world = await withPassphrase()
      const closing = `exec 3<&-; ${get}`
      const { stdout, stderr } = await unlock(world, 'sh', '-c', closing)
      expect(stdout).toBe('')
      expect(stderr).toContain('CREDBRIDGE_VAULT_KEY_FD does not name an open file')
      const key = (await unlock(world, '--print')).stdout.trim()
      const both = await world.run('sh', ['-c', closing], {
        more: { CREDBRIDGE_VAULT_KEY: key, CREDBRIDGE_VAULT_KEY_FD: '3' },
      })
      expect(both.stdout).toBe(answer)
    })

    test('by descriptor: a secret file of a container will do, a pipe will not, and does not hang', async () => {
      const world = await withPassphrase()
      const file = join(world.session.folder, 'secret')
      const key = (await unlock(world, '--print')).stdout
      const more = { CREDBRIDGE_VAULT_KEY_FD: '3', KEY: key, FILE: file }
      const fromFile = await world.run('sh', ['-c', `printf %s "$KEY" >"$FILE"; exec 3<"$FILE"; ${get}; ${get}`], {
        more,
      })
      expect(fromFile.stdout).toBe(answer + answer)
      const fromPipe = await world.run('sh', ['-c', `sleep 60 | (exec 3<&0 </dev/null; ${get}; kill -- 0)`], {
        more,
        timeout: 20_000,
      })
      expect(fromPipe).toMatchObject({
        stdout: '',
        timedOut: false,
        stderr: expect.stringContaining('does not name an open file'),
      })
    })

    test('by environment: printed with what that exposes, until lock', async () => {
      const world = await withPassphrase()
      const { stdout, stderr, exitCode } = await unlock(world, '--print', '--for', '1h')
      expect(exitCode).toBe(0)
      expect(stdout).toMatch(/^credbridge-unlocked 1 [0-9a-f]{32} \d+ \d+ [A-Za-z0-9_-]{43}\n$/)
      expect(stderr).toContain('note: all your processes and root can read an environment variable')
      const more = { CREDBRIDGE_VAULT_KEY: stdout.trim() }
      expect(await world.asGit(more)).toMatchObject(open)
      expect(await world.credbridge('lock')).toMatchObject({ exitCode: 0 })
      expect(await world.asGit(more)).toMatchObject(over)
      const again = { CREDBRIDGE_VAULT_KEY: (await unlock(world, '--print')).stdout.trim() }
      expect(await world.asGit(again)).toMatchObject(open)
      expect(await world.asGit(more)).toMatchObject(over)
    })

    test('by environment: the key of another vault, one that is over and a wrong passphrase open nothing', async () => {
      const [world, other] = [await withPassphrase(), await withPassphrase()]
      const [, , vault, from, , key] = (await unlock(world, '--print')).stdout.trim().split(' ')
      const keys = [
        (await unlock(other, '--print')).stdout.trim(),
        `credbridge-unlocked 1 ${vault} ${from} ${Date.now() - 1} ${key}`,
        'open window',
      ]
      for (const wrong of keys) expect(await world.asGit({ CREDBRIDGE_VAULT_KEY: wrong })).toMatchObject(over)
      expect(await world.asGit({ CREDBRIDGE_VAULT_KEY: words })).toMatchObject(open)
    })

    test('what was handed on does not let anybody remove the only slot that it does not need', async () => {
      const world = await withPassphrase()
      const more = { CREDBRIDGE_VAULT_KEY: (await unlock(world, '--print')).stdout.trim() }
      const add = await world.run('credbridge', ['vault', 'add-slot', 'passphrase'], { more, input: 'second words\n' })
      expect(add).toMatchObject({ exitCode: 0 })
      const [first] = (await world.status()).slots
      const remove = (input: string) =>
        world.run('credbridge', ['vault', 'remove-slot', first?.id ?? ''], { more, input })
      expect(await remove(`${words}\n`)).toMatchObject({ exitCode: 2 })
      expect(await remove('second words\n')).toMatchObject({ exitCode: 0 })
    })
  })

  describe('after lock', () => {
    test('the mark lies in the vault, readable by its owner only', async () => {
      const world = await withPassphrase()
      await world.credbridge('lock')
      const mark = join(world.env['XDG_DATA_HOME'] ?? '', 'credbridge', 'vault', 'locked')
      expect(readFileSync(mark, 'latin1')).toMatch(/^\d{13}\n$/)
    })
  })
})
