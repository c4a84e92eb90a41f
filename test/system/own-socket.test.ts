import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { isFailure } from '../../src/core/failure.ts'
import { agentKeys } from '../../src/stores/vault/slots/agent.ts'
import { ownSocketsOnly, strangerAt } from '../../src/system/own-socket.ts'
import { connectByNet } from '../../src/system/unix-socket-net.ts'
import { bundled } from '../real/bundled.ts'
import { built, installCommands } from '../real/commands.ts'
import { needs } from '../real/require.ts'
import { type Outcome, run } from '../real/run.ts'

const [nobody, somebody] = [65_534, 65_533]
const userId = process.getuid?.() ?? -1
const as = (user: number) => ['--reuid', String(user), '--regid', String(user), '--clear-groups']

function someFolder(mode = 0o755): string {
  const folder = mkdtempSync(join(tmpdir(), 'cb-socket-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, mode)
  return folder
}

async function listening(path: string): Promise<void> {
  const server = createServer().listen(path)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
}

/** What comes of connecting: `open`, or why not. */
function outcomeOf(path: string, user = userId, connect = connectByNet): Promise<string> {
  return new Promise((resolve) => {
    const socket = ownSocketsOnly(connect, user)(path, {
      opened() {
        socket.close()
        resolve('open')
      },
      received() {},
      ended: (error) => resolve(isFailure(error) ? `${error.code}: ${error.message}` : (error?.code ?? '')),
    })
  })
}

describe('a socket', () => {
  test('of our own is connected to, also through a link and in a folder where all may make files', async () => {
    const folder = someFolder(0o1777)
    await listening(join(folder, 'socket'))
    symlinkSync('socket', join(folder, 'link'))
    expect(await outcomeOf(join(folder, 'socket'))).toBe('open')
    expect(await outcomeOf(join(folder, 'link'))).toBe('open')
  })

  test('that is not there, or where nobody listens, ends as the system says', async () => {
    const folder = someFolder()
    writeFileSync(join(folder, 'file'), '')
    expect(await outcomeOf(join(folder, 'none'))).toBe('ENOENT')
    expect(await outcomeOf(join(folder, 'none', 'below'))).toBe('ENOENT')
    expect(await outcomeOf(join(folder, 'file'))).toBe('ECONNREFUSED')
  })

  test.each([0o777, 0o775, 0o757])(
    'in a folder of mode %o, in which others could put another one, is refused',
    async (mode) => {
      const folder = someFolder()
      await listening(join(folder, 'socket'))
      chmodSync(folder, mode)
      expect(await outcomeOf(join(folder, 'socket'))).toBe(
        `refused: the socket ${join(folder, 'socket')} is not used: ${folder} can be changed by others`,
      )
    },
  )

  test('that is replaced between the look at it and the connection is refused', async () => {
    const folder = someFolder()
    await listening(join(folder, 'socket'))
    await listening(join(folder, 'other'))
    const path = join(folder, 'socket')
    const replaced = await outcomeOf(path, userId, (at, listener) => {
      renameSync(join(folder, 'other'), path)
      return connectByNet(at, listener)
    })
    expect(replaced).toBe(`refused: the socket ${path} was replaced just now`)
  })
})

needs('root', userId === 0)('another user', () => {
  const listener = bundled(join(import.meta.dirname, 'listener.ts'))

  /** Another user's process that listens there; what it heard before it hears of one more connection, which is made here. */
  async function strangerListens(path: string): Promise<() => Promise<string>> {
    const log = join(someFolder(0o777), 'log')
    const child = spawn('setpriv', [...as(nobody), process.execPath, listener(), path, log], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    return async () => {
      const last = createConnection(path.replace(/^@/, '\0'))
      last.on('error', () => {})
      last.write('the end')
      await expect.poll(() => readFileSync(log, 'utf8')).toContain('the end')
      last.destroy()
      return readFileSync(log, 'utf8').replace(/connected\nthe end\n$/, '')
    }
  }

  test('who listens where all may make files hears nothing', async () => {
    const path = join(someFolder(0o1777), 'socket')
    const heard = await strangerListens(path)
    const refused = `refused: the socket ${path} is not used: ${path} belongs to another user`
    expect(await outcomeOf(path, somebody)).toBe(refused)
    expect(await outcomeOf(path, userId)).toBe(refused)
    expect(await outcomeOf(path, nobody)).toBe('open')
    expect(await heard()).toBe('connected\n')
  })

  test('whose folder it is, or whose link leads there, has the word of nobody', async () => {
    const folder = someFolder(0o1777)
    mkdirSync(join(folder, 'theirs'))
    await listening(join(folder, 'theirs', 'socket'))
    chownSync(join(folder, 'theirs'), nobody, nobody)
    await listening(join(folder, 'ours'))
    symlinkSync('ours', join(folder, 'link'))
    lchownSync(join(folder, 'link'), nobody, nobody)
    for (const [path, passed] of [
      [join(folder, 'theirs', 'socket'), join(folder, 'theirs')],
      [join(folder, 'link'), join(folder, 'link')],
    ] as const) {
      expect(strangerAt(path, userId)).toMatchObject({
        code: 'refused',
        message: `the socket ${path} is not used: ${passed} belongs to another user`,
        hints: [`ls -ld ${passed}`],
      })
    }
  })

  test('gets no request for a signature', async () => {
    const path = join(someFolder(0o1777), 'agent')
    const heard = await strangerListens(path)
    await expect(agentKeys({ path, userId, connector: async () => connectByNet })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('belongs to another user'),
    })
    expect(await heard()).toBe('')
  })

  needs('the build (npm run build)', built)("who took the place of a session's bus", () => {
    /** git's helper as somebody, with this address of the bus. */
    async function asGit(verb: string, address: string): Promise<Outcome> {
      const folder = someFolder()
      const commands = installCommands(join(folder, 'commands'))
      const home = join(folder, 'home')
      mkdirSync(home)
      chownSync(home, somebody, somebody)
      const words = [...as(somebody), join(commands, 'git-credential-credbridge'), verb]
      const env = {
        PATH: `${commands}:${process.env['PATH']}`,
        HOME: home,
        DBUS_SESSION_BUS_ADDRESS: address,
        CREDBRIDGE_STORE: 'secret-service',
      }
      const input = 'protocol=https\nhost=git.example.com\nusername=ann\npassword=s3cret\n\n'
      return run('setpriv', words, { env, input })
    }

    test.each(['get', 'store', 'erase'])('hears nothing of %s, and answers nothing', async (verb) => {
      const path = join(someFolder(0o1777), 'dbus-x')
      const heard = await strangerListens(path)
      const outcome = await asGit(verb, `unix:path=${path}`)
      expect(outcome.stdout).toBe('')
      expect(outcome.stderr).toContain(`the socket ${path} is not used: ${path} belongs to another user`)
      expect(await heard()).toBe('')
    })

    test('hears nothing in an abstract place that no guid belongs to, and no secret where it is not the bus', async () => {
      const name = `cb-${process.pid}-${Date.now()}`
      const heard = await strangerListens(`@${name}`)
      expect((await asGit('store', `unix:abstract=${name}`)).stderr).toContain('abstract address without a guid')
      const other = await asGit('store', `unix:abstract=${name},guid=${'f'.repeat(32)}`)
      expect(other.stderr).toContain('it has another guid')
      const all = await heard()
      expect(all.match(/connected/g)).toHaveLength(1)
      expect(all).toContain('AUTH EXTERNAL')
      expect(all).not.toMatch(/s3cret|git\.example\.com|ann/)
    })
  })
})
