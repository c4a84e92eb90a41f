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
import { ownSocketsOnly, refusalOf } from '../../src/system/own-socket.ts'
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

/** The outcome of connecting: `open`, or the failure. */
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
  test('of this user is connected to, also through a link and in a folder like /tmp', async () => {
    const folder = someFolder(0o1777)
    await listening(join(folder, 'socket'))
    symlinkSync('socket', join(folder, 'link'))
    expect(await outcomeOf(join(folder, 'socket'))).toBe('open')
    expect(await outcomeOf(join(folder, 'link'))).toBe('open')
  })

  test('that does not exist, or has no listener, ends with the error of the system', async () => {
    const folder = someFolder()
    writeFileSync(join(folder, 'file'), '')
    expect(await outcomeOf(join(folder, 'none'))).toBe('ENOENT')
    expect(await outcomeOf(join(folder, 'none', 'below'))).toBe('ENOENT')
    expect(await outcomeOf(join(folder, 'file'))).toBe('ECONNREFUSED')
  })

  test.each([0o777, 0o775, 0o757])('in a folder of mode %o, which other users can change, is refused', async (mode) => {
    const folder = someFolder()
    await listening(join(folder, 'socket'))
    chmodSync(folder, mode)
    expect(await outcomeOf(join(folder, 'socket'))).toBe(
      `refused: refusing the socket ${join(folder, 'socket')}: ${folder} can be changed by other users`,
    )
  })

  test('that is replaced between the check and the connection is refused', async () => {
    const folder = someFolder()
    await listening(join(folder, 'socket'))
    await listening(join(folder, 'other'))
    const path = join(folder, 'socket')
    const replaced = await outcomeOf(path, userId, (at, listener) => {
      renameSync(join(folder, 'other'), path)
      return connectByNet(at, listener)
    })
    expect(replaced).toBe(`refused: the socket ${path} was replaced meanwhile`)
  })
})

needs('root', userId === 0)('another user', () => {
  const listener = bundled(join(import.meta.dirname, 'listener.ts'))

  /** Starts another user's process that listens at the path. The result returns everything that it has received. */
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

  test('listening in a folder like /tmp receives nothing', async () => {
    const path = join(someFolder(0o1777), 'socket')
    const heard = await strangerListens(path)
    const refused = `refused: refusing the socket ${path}: ${path} belongs to another user`
    expect(await outcomeOf(path, somebody)).toBe(refused)
    expect(await outcomeOf(path, userId)).toBe(refused)
    expect(await outcomeOf(path, nobody)).toBe('open')
    expect(await heard()).toBe('connected\n')
  })

  test('who owns the folder, or a link on the path, is not trusted', async () => {
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
      expect(refusalOf(path, userId)).toMatchObject({
        code: 'refused',
        message: `refusing the socket ${path}: ${passed} belongs to another user`,
        hints: [`ls -ld ${passed}`],
      })
    }
  })

  test('listening as SSH agent receives no request for a signature', async () => {
    const path = join(someFolder(0o1777), 'agent')
    const heard = await strangerListens(path)
    await expect(agentKeys({ path, userId, connector: async () => connectByNet })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('belongs to another user'),
    })
    expect(await heard()).toBe('')
  })

  needs('the build (npm run build)', built)('listening as the session bus', () => {
    /** Runs git's helper as the user `somebody`, with this bus address. */
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

    test.each(['get', 'store', 'erase'])('receives nothing of %s', async (verb) => {
      const path = join(someFolder(0o1777), 'dbus-x')
      const heard = await strangerListens(path)
      const outcome = await asGit(verb, `unix:path=${path}`)
      expect(outcome.stdout).toBe('')
      expect(outcome.stderr).toContain(`refusing the socket ${path}: ${path} belongs to another user`)
      expect(await heard()).toBe('')
    })

    test('at an abstract address receives nothing without a guid, and no secret with another guid', async () => {
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
