import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { type Agent, startAgent } from '../real/agent.ts'
import { built } from '../real/commands.ts'
import { thorough, thoroughly, usual, usually } from '../real/depth.ts'
import { needs, needsPrograms } from '../real/require.ts'
import type { Outcome } from '../real/run.ts'
import { whileStopped } from '../real/stopped.ts'
import { type Answer, onTerminal, typed } from '../real/typing.ts'
import type { World } from '../real/world.ts'
import { tracing } from '../stores/vault/tracing.ts'
import { answer, at, filled, start, withPassphrase, words } from './vault-world.ts'

/*
 * `credbridge vault …`, as a person runs it, on a machine without a bus. What each slot is: test/stores/vault.
 */

async function agentForTest(): Promise<Agent> {
  const agent = await startAgent()
  onTestFinished(() => agent.end())
  return agent
}

needs('the build (npm run build)', built)('built', () => {
  usually(describe)('credbridge vault status', () => {
    usual('of no vault: nothing there, and how one is made', async () => {
      const world = await start()
      expect(await world.vault('', 'status')).toMatchObject({
        exitCode: 1,
        stdout: '',
        stderr: expect.stringContaining('credbridge vault add-slot passphrase'),
      })
      expect(await world.vault('', 'status', '--json')).toMatchObject({
        exitCode: 1,
        stdout: '{\n  "exists": false\n}\n',
      })
    })

    usual('with its key file only: obfuscated, a copy of vault and key file is enough to read everything', async () => {
      const world = await filled()
      const { stdout, exitCode } = await world.vault('', 'status')
      const keyFile = join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge', 'vault.key')
      expect(exitCode).toBe(0)
      expect(stdout).toMatch(/^holds +records for 1 endpoint$/m)
      expect(stdout).toMatch(/^slot +[0-9a-f]{16} {2}key-file: the key file /m)
      expect(stdout).toContain(
        `obfuscated, not secret: anyone who copies the vault and the key file ${keyFile} can read everything`,
      )
      expect(stdout).toMatch(/^now +open, by its key file$/m)
      expect(await world.status()).toMatchObject({
        exists: true,
        inUse: true,
        slots: [{ type: 'key-file', about: `the key file ${keyFile}` }],
        locked: false,
        openedBy: 'key-file',
        obfuscated: true,
      })
    })

    usual('says so where another store is in use', async () => {
      const world = await filled()
      const outcome = await world.run('credbridge', ['vault', 'status'], { more: { CREDBRIDGE_STORE: 'keychain' } })
      expect(outcome.stderr).toBe(
        'note: the store in use is keychain; to keep secrets in the vault: credbridge use vault\n',
      )
    })

    usual('the key file lies where the settings say', async () => {
      const world = await start()
      const keyFile = join(world.session.folder, 'elsewhere', 'a.key')
      world.settings(`[vault]\nkey-file = "${keyFile}"\n`)
      expect(await world.set(at, 'ann', 's3cret', { more: { CREDBRIDGE_STORE: 'vault' } })).toMatchObject({
        exitCode: 0,
      })
      expect(existsSync(join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge', 'vault.key'))).toBe(false)
      expect(readFileSync(keyFile, 'latin1')).toMatch(/^credbridge-vault-key 1 /)
      expect((await world.status()).slots[0]?.about).toBe(`the key file ${keyFile}`)
      rmSync(keyFile)
      expect(await world.credbridge('get', at)).toMatchObject({
        exitCode: 2,
        stdout: '',
        stderr: expect.stringContaining(`its key file ${keyFile} is missing`),
      })
    })
  })

  describe('a passphrase', () => {
    usual(
      'is added from standard input, and makes nothing secret while the key file is there, which is said',
      async () => {
        const world = await filled()
        expect(await world.vault(`${words}\n`, 'add-slot', 'passphrase')).toMatchObject({
          exitCode: 0,
          stdout: '',
          stderr: expect.stringContaining('the key file alone still opens it'),
        })
        expect((await world.status()).slots.map(({ type }) => type)).toEqual(['key-file', 'passphrase'])
        expect(await world.status()).toMatchObject({ obfuscated: true })
      },
    )

    usual("alone: a client's get fails at once, with the fix, and nothing on standard output", async () => {
      const world = await withPassphrase()
      expect(await world.status()).toMatchObject({ locked: true, obfuscated: false })
      const locked = 'credbridge: the vault is locked\nhint: credbridge unlock\n'
      expect(await world.asGit()).toMatchObject({ stdout: '', stderr: locked, timedOut: false })
      const { stdout, stderr, exitCode } = await world.run('docker-credential-credbridge', ['get'], {
        input: `${at}\n`,
      })
      expect({ told: stdout + stderr, exitCode }).toEqual({
        told: expect.stringContaining('the vault is locked'),
        exitCode: 1,
      })
      expect(await world.credbridge('get', at)).toMatchObject({ exitCode: 2, stdout: '', stderr: locked })
    })

    thorough('is changed: the one that there is first, the new one last', async () => {
      const world = await withPassphrase()
      expect(await world.vault('guessed\nnew words\n', 'change-passphrase')).toMatchObject({
        exitCode: 2,
        stderr: 'credbridge: this passphrase does not open the vault\n',
      })
      expect(await world.vault(`${words}\nnew words\n`, 'change-passphrase')).toMatchObject({ exitCode: 0 })
      expect(await world.vault(`${words}\n`, 'rekey')).toMatchObject({ exitCode: 2 })
      expect(await world.vault('new words\n', 'rekey')).toMatchObject({ exitCode: 0 })
    })

    usual('is refused where standard input holds none', async () => {
      const world = await filled()
      for (const input of ['', '\n']) {
        expect(await world.vault(input, 'add-slot', 'passphrase')).toMatchObject({
          exitCode: 2,
          stderr: expect.stringContaining('standard input has too few passphrases'),
        })
      }
      expect((await world.status()).slots).toHaveLength(1)
    })
  })

  thoroughly(needsPrograms('python3'))('on a terminal', () => {
    function typing(world: World, answers: readonly Answer[], ...command: readonly string[]): Promise<Outcome> {
      return world.run('python3', onTerminal(answers, ...command))
    }

    thorough('a new passphrase is typed twice, unseen', async () => {
      const world = await filled()
      const outcome = await typing(
        world,
        typed(`${words}\r`, `${words}\r`),
        'credbridge',
        'vault',
        'add-slot',
        'passphrase',
      )
      expect(outcome).toMatchObject({ exitCode: 0 })
      expect(outcome.stdout).not.toContain(words)
      expect((await world.status()).slots).toHaveLength(2)
      expect(await world.vault(`${words}\n`, 'remove-slot', 'key-file')).toMatchObject({ exitCode: 0 })
    })

    thorough('another one the second time may be typed again; after three times nothing was changed', async () => {
      const world = await filled()
      const differ = [`${words}\r`, 'open window\r']
      const add = ['credbridge', 'vault', 'add-slot', 'passphrase']
      const outcome = await typing(world, typed(...differ, ...differ, ...differ), ...add)
      expect(outcome).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('differ; nothing was changed') })
      expect((await world.status()).slots).toHaveLength(1)
      const right = 'open sesame and window\r'
      const again = await typing(world, typed(...differ, right, right), ...add)
      expect(again.stdout.replaceAll('\r\n', '\n')).toBe(`New passphrase: 
New passphrase again: 
the two passphrases differ
New passphrase: 
New passphrase again: 
a passphrase (scrypt, N=131072) opens the vault, too
note: the key file alone still opens it; to stop that: credbridge vault remove-slot key-file
`)
    })

    thorough('a wrong one may be typed again, three times', async () => {
      const world = await withPassphrase()
      const get = ['credbridge', 'get', '--show', at]
      const screen = async (...answers: readonly string[]) => {
        const { stdout, exitCode } = await typing(world, typed(...answers), ...get)
        return [stdout.replaceAll('\r\n', '\n'), exitCode]
      }
      const again = 'That does not open it. Passphrase of the vault: \n'
      const failed = 'credbridge: this passphrase does not open the vault\n'
      expect(await screen('guessed\r', `${words}\r`)).toEqual([`Passphrase of the vault: \n${again}s3cret\n`, 0])
      expect(await screen('a\r', 'b\r', 'c\r')).toEqual([`Passphrase of the vault: \n${again}${again}${failed}`, 2])
      expect(await screen('a\r', '\u0003')).toEqual([`Passphrase of the vault: \n${again}credbridge: cancelled\n`, 130])
    })

    thorough.each([
      [
        'short\r',
        'note: this passphrase is short and can be guessed; several words that do not belong together are better\n',
      ],
      [
        'Ann-with-a-long-name\r',
        'note: this passphrase is your user name, which is guessed first; several words that do not belong together are better\n',
      ],
      ['several words that do not\r', ''],
    ])('a weak one is remarked on: %j', async (passphrase, note) => {
      const world = await filled({ USER: 'ann-with-a-long-name' })
      const { stdout, exitCode } = await world.run(
        'python3',
        onTerminal(typed(passphrase, passphrase), 'credbridge', 'vault', 'add-slot', 'passphrase'),
      )
      expect([stdout.replaceAll('\r\n', '\n'), exitCode]).toEqual([
        `New passphrase: 
New passphrase again: 
${note}a passphrase (scrypt, N=131072) opens the vault, too
note: the key file alone still opens it; to stop that: credbridge vault remove-slot key-file
`,
        0,
      ])
    })

    thorough('the one that there is comes before the new one', async () => {
      const world = await withPassphrase()
      const answers = typed(`${words}\r`, 'new words\r', 'new words\r')
      expect(await typing(world, answers, 'credbridge', 'vault', 'change-passphrase')).toMatchObject({ exitCode: 0 })
      expect(await world.vault('new words\n', 'rekey')).toMatchObject({ exitCode: 0 })
    })

    thorough("a person's command asks for it, a client's never does", async () => {
      const world = await withPassphrase()
      const person = await typing(world, typed(`${words}\r`), 'credbridge', 'get', '--show', at)
      expect(person).toMatchObject({ exitCode: 0, stdout: 'Passphrase of the vault: \r\ns3cret\r\n' })
      const client = `printf 'protocol=https\\nhost=git.example.com\\n\\n' | git-credential-credbridge get`
      const outcome = await typing(world, typed(`${words}\r`), 'sh', '-c', client)
      expect(outcome.stdout).toBe('credbridge: the vault is locked\r\nhint: credbridge unlock\r\n')
    })

    thorough('whoever does not want to be asked is not', async () => {
      const world = await withPassphrase({ CREDBRIDGE_PROMPT: 'never' })
      const outcome = await typing(world, [], 'credbridge', 'get', '--show', at)
      expect(outcome).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('the vault is locked') })
    })

    thorough('the key that unlock prints is not shown there', async () => {
      const world = await withPassphrase()
      const outcome = await typing(world, [], 'credbridge', 'unlock', '--print')
      expect(outcome).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('refusing to show the key') })
    })
  })

  describe('slots', () => {
    usual('the last one cannot be removed, and what is no slot cannot be named', async () => {
      const world = await filled()
      expect(await world.vault('', 'remove-slot', 'key-file')).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('the last slot of the vault cannot be removed'),
      })
      expect(await world.vault('', 'remove-slot', 'moonlight')).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('the vault has no such slot'),
      })
      expect(await world.asGit()).toMatchObject({ stdout: answer })
    })

    thorough('a vault that never had a key file', async () => {
      const world = await start()
      expect(await world.vault(`${words}\n`, 'add-slot', 'passphrase')).toMatchObject({
        exitCode: 0,
        stderr: expect.stringContaining('made a vault: encrypted'),
      })
      expect(existsSync(join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge', 'vault.key'))).toBe(false)
      expect(await world.asGit()).toMatchObject({ stdout: '', stderr: expect.stringContaining('credbridge unlock') })
    })

    thoroughly(tracing())('a rekey that is ended', () => {
      thorough.each([
        ['SIGINT', false],
        ['SIGTERM', false],
        ['SIGHUP', false],
        ['SIGKILL', true],
      ] as const)('by %s in its middle leaves the vault as it was, open for writing', async (signal, dead) => {
        const world = await filled()
        const vault = join(world.env['XDG_DATA_HOME'] ?? '', 'credbridge', 'vault')
        const header = () => JSON.parse(readFileSync(join(vault, 'vault.json'), 'utf8'))
        const before = header()
        const program = join(import.meta.dirname, '..', '..', 'dist', 'credbridge.cjs')
        const closing = { name: 'rename', nth: 1 }
        const meanwhile = async (pid: number) => {
          expect(header()).toEqual({ ...before, rekeying: true })
          process.kill(pid, signal)
        }
        const env = { ...world.env, CREDBRIDGE_STORE: 'vault' }
        const ended = await whileStopped(closing, [process.execPath, program, 'vault', 'rekey'], meanwhile, env)
        expect(ended.exitCode).not.toBe(0)
        expect(ended.stderr).not.toContain('new key')
        expect(header()).toEqual(dead ? { ...before, rekeying: true } : before)
        expect((await world.asGit()).stdout).toBe(answer)
        const input = `protocol=https\nhost=git.example.com\nusername=bob\npassword=b\n\n`
        expect(await world.run('git-credential-credbridge', ['store'], { input })).toMatchObject({
          exitCode: 0,
          stderr: '',
        })
        expect(header()).toEqual(before)
        expect(readdirSync(vault).sort()).toEqual(['new', 'records', 'vault.json'])
      })
    })

    thorough('a rekey leaves out what is not at hand, by its id', async () => {
      const world = await filled()
      await world.vault(`${words}\n`, 'add-slot', 'passphrase')
      const id = (await world.status()).slots.find(({ type }) => type === 'passphrase')?.id ?? ''
      expect(await world.vault('forgotten\n', 'rekey')).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining(`credbridge vault rekey --without ${id}`),
      })
      expect(await world.vault('', 'rekey', '--without', id)).toMatchObject({ exitCode: 0 })
      expect((await world.status()).slots.map(({ type }) => type)).toEqual(['key-file'])
      expect(await world.asGit()).toMatchObject({ stdout: answer })
    })
  })

  thoroughly(needsPrograms('ssh-agent', 'ssh-add', 'ssh-keygen'))('an SSH agent', () => {
    thorough('opens the vault alone, and without it the vault says which key it wants', async () => {
      const agent = await agentForTest()
      await agent.addKey('ed25519')
      const world = await filled({ SSH_AUTH_SOCK: agent.socket })
      expect(await world.vault('', 'add-slot', 'ssh-agent')).toMatchObject({ exitCode: 0 })
      expect(await world.vault('', 'remove-slot', 'key-file')).toMatchObject({ exitCode: 0 })
      rmSync(join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge', 'vault.key'))
      expect(await world.asGit()).toMatchObject({ stdout: answer, stderr: '' })
      expect(await world.status()).toMatchObject({ openedBy: 'ssh-agent', obfuscated: false })
      const wanted = (await world.status()).slots[0]?.about.match(/SHA256:\S+/)?.[0]
      const other = await agentForTest()
      for (const socket of ['', other.socket]) {
        const outcome = await world.asGit({ SSH_AUTH_SOCK: socket })
        expect(outcome).toMatchObject({
          stdout: '',
          stderr: expect.stringContaining(`use an SSH agent that holds the key ${wanted}`),
        })
      }
    })

    thorough('with several keys: one is named', async () => {
      const agent = await agentForTest()
      await agent.addKey('ed25519')
      await agent.addKey('ed25519')
      const world = await filled({ SSH_AUTH_SOCK: agent.socket })
      const { stderr, exitCode } = await world.vault('', 'add-slot', 'ssh-agent')
      expect(exitCode).toBe(2)
      const hint = /credbridge vault add-slot ssh-agent --key (\S+)/.exec(stderr)?.[1] ?? ''
      expect(await world.vault('', 'add-slot', 'ssh-agent', '--key', hint)).toMatchObject({ exitCode: 0 })
      expect((await world.status()).slots[1]?.about).toContain(hint)
    })

    thorough.each([
      ['an RSA key', 'rsa', [], 'a key of type ssh-rsa cannot open a vault'],
      ['a key whose use must be confirmed', 'ed25519', ['-c'], 'the SSH agent refuses to sign with this key'],
    ] as const)('%s is unsupported, with the reason', async (_, type, options, reason) => {
      const agent = await agentForTest()
      await agent.addKey(type, ...options)
      const world = await filled({ SSH_AUTH_SOCK: agent.socket })
      expect(await world.vault('', 'add-slot', 'ssh-agent')).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining(reason),
      })
      expect((await world.status()).slots).toHaveLength(1)
    })

    thorough("that does not answer ends a client's get, with the reason", async () => {
      const agent = await agentForTest()
      await agent.addKey('ed25519')
      const world = await filled({ SSH_AUTH_SOCK: agent.socket })
      await world.vault('', 'add-slot', 'ssh-agent')
      await world.vault('', 'remove-slot', 'key-file')
      agent.stop()
      const outcome = await world.asGit()
      expect(outcome).toMatchObject({
        stdout: '',
        timedOut: false,
        stderr: 'credbridge: the SSH agent did not answer in time\n',
      })
    })
  })
})
