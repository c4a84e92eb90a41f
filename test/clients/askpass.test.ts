import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { startAgent } from '../real/agent.ts'
import { built, installCommands } from '../real/commands.ts'
import { thorough, thoroughly, usual, usually } from '../real/depth.ts'
import { basic, startGitServer } from '../real/git-server.ts'
import { machineGit, newerGit } from '../real/gits.ts'
import { needs, needsPrograms, programOnPath } from '../real/require.ts'
import { run } from '../real/run.ts'
import { startSession } from '../real/session.ts'
import { sshd, sshServer } from '../real/ssh-server.ts'
import { type Answer, onTerminal } from '../real/typing.ts'

/** A person with our commands, a vault, and none of the machine's own settings of git and ssh. */
async function openWorld() {
  const session = await startSession('no-bus', onTestFinished)
  const commands = installCommands(join(session.folder, 'commands'))
  const ours = join(commands, 'credbridge-askpass')
  const env: NodeJS.ProcessEnv = {
    ...session.env,
    PATH: `${commands}:${session.env['PATH']}`,
    CREDBRIDGE_STORE: 'vault',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ASKPASS: ours,
    SSH_ASKPASS: ours,
    SSH_ASKPASS_REQUIRE: 'force',
  }
  const cwd = join(session.folder, 'work')
  mkdirSync(cwd)
  return {
    folder: session.folder,
    env,
    run: (program: string, words: readonly string[], more: NodeJS.ProcessEnv = {}, input = '') =>
      run(program, words, { env: { ...env, ...more }, cwd, input }),
    /** The same on a terminal, where a person types; what the terminal showed is on standard output. */
    onTerminal: (answers: readonly Answer[], program: string, words: readonly string[], more: NodeJS.ProcessEnv = {}) =>
      run('python3', onTerminal(answers, program, ...words), { env: { ...env, ...more }, cwd }),
    async set(endpoint: string, account: string, secret: string) {
      const outcome = await run('credbridge', ['set', endpoint, account], { env, input: secret })
      if (outcome.exitCode !== 0) throw new Error(outcome.stderr)
    },
    script(text: string) {
      const file = join(session.folder, 'script')
      writeFileSync(file, text, { mode: 0o755 })
      return file
    },
    /** A private key with this passphrase. */
    key(passphrase: string) {
      const file = join(cwd, 'id_ed25519')
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'a key', '-f', file])
      return file
    },
  }
}

const gits = [machineGit, newerGit].filter((git) => git !== undefined)
const secret = 'p w"\'$1 ü'

needs('the build (npm run build)', built)('askpass', () => {
  for (const git of gits) {
    needs('git', true)(git.name, () => {
      async function openGitWorld() {
        const world = await openWorld()
        const server = await startGitServer(git, onTestFinished)
        server.accept(basic('alice', secret), 'alice')
        return { ...world, server, url: server.repository('app.git') }
      }

      usual('signs in with the user name and the password that are kept', async () => {
        const world = await openGitWorld()
        await world.set(world.server.origin, 'alice', secret)
        const outcome = await world.run(git.program, ['ls-remote', world.url])
        expect(outcome).toMatchObject({ stderr: '', exitCode: 0 })
        expect(world.server.seen.at(-1)).toBe(basic('alice', secret))
      })

      usual('asks for the password only, if the URL names the user', async () => {
        const world = await openGitWorld()
        world.server.accept(basic('a@b', secret), 'a@b')
        await world.set(world.server.origin, 'a@b', secret)
        await world.set(world.server.origin, 'bob', 'another')
        const url = world.url.replace('http://', 'http://a%40b@')
        expect(await world.run(git.program, ['ls-remote', url])).toMatchObject({ stderr: '', exitCode: 0 })
      })

      usual('without a terminal, what is not kept is no answer', async () => {
        const world = await openGitWorld()
        await world.set('https://other.example.com', 'alice', secret)
        const outcome = await world.run(git.program, ['ls-remote', world.url])
        expect(outcome.exitCode).toBe(128)
        expect(outcome.stderr).toContain('credbridge: there is no terminal to ask on\n')
        expect(outcome.stderr).toContain(`hint: credbridge set ${world.server.origin}\n`)
        expect(outcome.stderr).toContain("fatal: could not read Username for 'http://127.0.0.1:")
        expect(world.server.seen.filter((header) => header !== undefined)).toEqual([])
      })

      usually(needsPrograms('python3'))('on a terminal', () => {
        usual('what is not kept is typed, without echo', async () => {
          const world = await openGitWorld()
          const answers = [
            ["Username for '", 'alice\r'],
            ["Password for '", `${secret}\r`],
          ] as const
          const outcome = await world.onTerminal(answers, git.program, ['ls-remote', world.url])
          const { origin } = world.server
          const questions = [`Username for '${origin}': `, `Password for '${origin.replace('//', '//alice@')}': `]
          expect(outcome).toMatchObject({ stdout: questions.map((one) => `${one}\r\n`).join(''), exitCode: 0 })
          expect(world.server.seen.at(-1)).toBe(basic('alice', secret))
        })
      })

      thorough('a prompt that a stranger’s URL makes ambiguous gets nothing', async () => {
        const world = await openWorld()
        await world.set('https://git.example.com', 'alice', secret)
        await world.set('https://git.example.com/team', 'alice', secret)
        const hostile = [
          'host=evil.example\nusername=git.example.com/\n',
          'host=evil.example\nusername=alice@git.example.com/\n',
          'host=evil.example\nusername=alice@git.example.com/team\n',
          "host=evil.example\nusername=alice@git.example.com': \n",
          "host=git.example.com': 'evil.example\n",
          'host=git.example.com/.evil.example\n',
          'host=git.example.com?.evil.example\n',
          'host=git.example.com#.evil.example\n',
          'host=git.example.com@evil.example\n',
          'host=git.example.com\x1b[2K\n',
          'host=git.example.com evil.example\nusername=alice\n',
          'host=evil.example\npath=@git.example.com\nusername=alice\n',
        ]
        for (const sanitized of ['true', 'false']) {
          const words = ['useHttpPath=true', `sanitizePrompt=${sanitized}`, 'protectProtocol=false']
          const config = words.flatMap((word) => ['-c', `credential.${word}`])
          for (const lines of hostile) {
            const outcome = await world.run(
              git.program,
              [...config, 'credential', 'fill'],
              { GIT_TERMINAL_PROMPT: '0' },
              `protocol=https\n${lines}`,
            )
            expect(outcome, lines).toMatchObject({ exitCode: 128, stdout: '' })
          }
        }
      })
    })
  }

  usually(needs('git', machineGit !== undefined))('git that ended a use', () => {
    usual('is not answered it again', async () => {
      const world = await openWorld()
      const git = machineGit?.program ?? ''
      await world.set('https://git.example.com', 'alice', 'refused')
      const asked = 'protocol=https\nhost=git.example.com\n'
      const fill = () => world.run(git, ['credential', 'fill'], { GIT_TERMINAL_PROMPT: '0' }, asked)
      expect((await fill()).stdout).toBe(`${asked}username=alice\npassword=refused\n`)
      const rejected = `${asked}username=alice\npassword=refused\n`
      const helper = ['-c', 'credential.helper=credbridge']
      await world.run(git, [...helper, 'credential', 'reject'], {}, rejected)
      expect(await fill()).toMatchObject({ stdout: '', exitCode: 128 })
    })
  })

  needsPrograms(
    'ssh-add',
    'ssh-agent',
    'ssh-keygen',
  )('ssh-add', () => {
    async function withAgent() {
      const world = await openWorld()
      const agent = await startAgent()
      onTestFinished(() => agent.end())
      const add = (...words: string[]) => world.run('ssh-add', words, { SSH_AUTH_SOCK: agent.socket })
      return { ...world, agent, add }
    }

    usual('is answered the passphrase of the key', async () => {
      const { key, set, add } = await withAgent()
      const file = key('open sesame')
      await set(`ssh-key://${file}`, '', 'open sesame')
      expect(await add(file)).toMatchObject({ exitCode: 0 })
      expect((await add('-l')).stdout).toContain('a key (ED25519)')
      expect(await add('-c', file)).toMatchObject({ exitCode: 0 })
    })

    thorough('with a passphrase that is not the key’s, it is not asked for ever', async () => {
      const { key, set, add } = await withAgent()
      const file = key('open sesame')
      await set(`ssh-key://${file}`, '', 'wrong')
      const outcome = await add(file)
      expect(outcome).toMatchObject({ exitCode: 1, timedOut: false })
      expect(outcome.stderr).toContain('credbridge: there is no terminal to ask on\n')
      expect((await add('-l')).stdout).not.toContain('a key')
    })

    thorough('of another key, or by a relative path, nothing is answered', async () => {
      const { key, set, add } = await withAgent()
      const file = key('open sesame')
      await set(`ssh-key://${file}2`, '', 'open sesame')
      expect(await add(file)).toMatchObject({ exitCode: 1 })
      await set(`ssh-key://${file}`, '', 'open sesame')
      expect(await add('id_ed25519')).toMatchObject({ exitCode: 1 })
    })
  })

  const missing = sshd === undefined ? 'sshd' : 'root'
  needs(missing, sshd !== undefined && process.getuid?.() === 0)('ssh', () => {
    const login = (options: readonly string[], ...words: string[]) => [
      ...options,
      ...words,
      'alice@host.example.com',
      'id -un',
    ]
    const noKeys = ['-o', 'PubkeyAuthentication=no']

    usual('is answered the password of a login', async () => {
      const world = await openWorld()
      const { options } = sshServer('alice', secret, 'password', onTestFinished)
      await world.set('ssh://host.example.com', 'alice', secret)
      expect(await world.run('ssh', login(options, ...noKeys))).toMatchObject({ stdout: 'alice\n', exitCode: 0 })
      const other = [...options, ...noKeys, 'alice@other.example.com', 'id']
      expect(await world.run('ssh', other)).toMatchObject({ stdout: '', exitCode: 255 })
      const script = world.script('#!/bin/sh\ncredbridge-askpass "$@"\nexit $?\n')
      const through = await world.run('ssh', login(options, ...noKeys), { SSH_ASKPASS: script })
      expect(through).toMatchObject({ stdout: 'alice\n', exitCode: 0 })
    })

    thorough('is answered the passphrase of a key', async () => {
      const world = await openWorld()
      const file = world.key('open sesame')
      const { options } = sshServer('alice', secret, { publicKey: `${file}.pub` }, onTestFinished)
      const words = login(options, '-o', 'IdentitiesOnly=yes', '-i', file)
      expect(await world.run('ssh', words)).toMatchObject({ stdout: '', exitCode: 255 })
      await world.set(`ssh-key://${file}`, '', 'open sesame')
      expect(await world.run('ssh', words)).toMatchObject({ stdout: 'alice\n', exitCode: 0 })
    })

    thoroughly(needsPrograms('python3'))('that does not know the host’s key', () => {
      thorough.each(['yes', 'no'])('asks the person, who says %s', async (typed) => {
        const world = await openWorld()
        const { options } = sshServer('alice', secret, 'password', onTestFinished)
        await world.set('ssh://host.example.com', 'alice', secret)
        const words = login(['-o', 'StrictHostKeyChecking=ask', ...options], ...noKeys)
        const outcome = await world.onTerminal([['(yes/no/[fingerprint])? ', `${typed}\r`]], 'ssh', words)
        expect(outcome.exitCode).toBe(typed === 'yes' ? 0 : 255)
        expect(outcome.stdout.includes('\r\nalice\r\n')).toBe(typed === 'yes')
        expect(await world.run('ssh', words)).toMatchObject({ stdout: '', exitCode: 255 })
      })
    })

    thoroughly(needsPrograms('python3'))('on a terminal, after a wrong answer from the store', () => {
      thorough('the password is typed', async () => {
        const world = await openWorld()
        const { options } = sshServer('alice', secret, 'password', onTestFinished)
        await world.set('ssh://host.example.com', 'alice', 'wrong')
        const question = "alice@host.example.com's password: "
        const outcome = await world.onTerminal([[question, `${secret}\r`]], 'ssh', login(options, ...noKeys))
        expect(outcome).toMatchObject({ stdout: expect.stringContaining('\r\nalice\r\n'), exitCode: 0 })
        expect(outcome.stdout.split(question)).toHaveLength(2)
      })

      thorough('the passphrase is typed', async () => {
        const world = await openWorld()
        const file = world.key('open sesame')
        const { options } = sshServer('alice', secret, { publicKey: `${file}.pub` }, onTestFinished)
        await world.set(`ssh-key://${file}`, '', 'wrong')
        const question = `Enter passphrase for key '${file}': `
        const words = login(options, '-o', 'IdentitiesOnly=yes', '-i', file)
        const outcome = await world.onTerminal([[question, 'open sesame\r']], 'ssh', words)
        expect(outcome).toMatchObject({ stdout: `${question}\r\nalice\r\n`, exitCode: 0 })
      })
    })

    thoroughly(describe)('that shows a prompt which the server words', () => {
      thorough('is answered nothing that is kept', async () => {
        const world = await openWorld()
        const { options } = sshServer('alice', secret, 'questions', onTestFinished)
        await world.set('ssh://host.example.com', 'alice', secret)
        const outcome = await world.run('ssh', login(options, ...noKeys))
        expect(outcome).toMatchObject({ stdout: '', exitCode: 255 })
        expect(outcome.stderr).toContain('credbridge does not answer this prompt itself')
      })

      needsPrograms('python3')('on a terminal', () => {
        thorough('is answered by the person', async () => {
          const world = await openWorld()
          const { options } = sshServer('alice', secret, 'questions', onTestFinished)
          const question = '(alice@host.example.com) Password: '
          const outcome = await world.onTerminal([[question, `${secret}\r`]], 'ssh', login(options, ...noKeys))
          expect(outcome).toMatchObject({ stdout: `${question}\r\nalice\r\n`, exitCode: 0 })
        })
      })
    })
  })

  for (const name of ['ssh', 'sudo', 'dbclient', 'git']) {
    thoroughly(needsPrograms('sh'))(`a program that is named ${name}, and may show the words of a server`, () => {
      const ofSsh = ["alice@git.example.com's password: ", 'Enter passphrase for /home/alice/.ssh/id: ']
      const ofGit = ["Password for 'https://alice@git.example.com': ", "Username for 'https://git.example.com': "]
      thorough.each(name === 'git' ? ofSsh : [...ofGit, ...ofSsh])('is not answered: %s', async (prompt) => {
        const world = await openWorld()
        await world.set('https://git.example.com', 'alice', secret)
        await world.set('ssh://git.example.com', 'alice', secret)
        await world.set('ssh-key:///home/alice/.ssh/id', '', secret)
        const caller = join(world.folder, name)
        copyFileSync(programOnPath('sh') ?? '', caller)
        const script = world.script('#!/bin/sh\ncredbridge-askpass "$@"\nexit $?\n')
        for (const program of ['credbridge-askpass', script]) {
          const outcome = await world.run(caller, ['-c', '"$@"; exit $?', name, program, prompt])
          expect(outcome).toMatchObject({ stdout: '', exitCode: 1 })
          expect(outcome.stderr).toContain('there is no terminal to ask on')
        }
      })
    })
  }

  thoroughly(needsPrograms('python3'))('sudo’s question', () => {
    thorough('is never answered from the store, and is asked without echo', async () => {
      const world = await openWorld()
      await world.set('ssh://host', 'alice', secret)
      const prompt = '[sudo] password for alice: '
      const command = ['credbridge-askpass', [prompt]] as const
      const silent = await world.run(...command)
      expect(silent).toMatchObject({ stdout: '', exitCode: 1 })
      const outcome = await world.onTerminal([[prompt, 'typed\r']], ...command)
      expect(outcome).toMatchObject({ stdout: `${prompt}\r\ntyped\r\n`, exitCode: 0 })
    })
  })
})
