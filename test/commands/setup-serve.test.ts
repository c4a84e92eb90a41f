import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { serviceUnitText } from '../../src/serve/units.ts'
import { built } from '../real/commands.ts'
import { thorough, thoroughly, usual, usually } from '../real/depth.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { farSide } from '../real/serving.ts'
import { startWorld } from '../real/world.ts'

const at = 'https://git.example.com'
const request = 'protocol=https\nhost=git.example.com\n\n'
const answer = 'username=ann\npassword=s3cret\n'
const granted = ['--allow', at, '--ask', 'never']

async function laptop() {
  const world = await startWorld('no-bus', onTestFinished)
  const env: Record<string, string> = { ...world.env, CREDBRIDGE_STORE: 'vault' }
  const credbridge = (...words: readonly string[]) => run('credbridge', words, { env })
  expect(await run('credbridge', ['set', at, 'ann'], { env, input: 's3cret' })).toMatchObject({ exitCode: 0 })
  const units = join(env['XDG_CONFIG_HOME'] ?? '', 'systemd', 'user')
  const text = (kind: string) => readFileSync(join(units, `credbridge-serve.${kind}`), 'utf8')
  return { env, credbridge, units, text }
}

/** The words of the service's command, as systemd reads them. */
function commandIn(unit: string): readonly string[] {
  const [, line = ''] = /^ExecStart=(.*)$/m.exec(unit) ?? []
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain = '']) =>
    (quoted?.replace(/\\(.)/g, '$1') ?? plain).replaceAll('%%', '%').replaceAll('$$', '$'),
  )
}

usual('each word of the command is one word to systemd', () => {
  const words = ['/opt/a b/credbridge', 'serve', '--name', 'a "box" $HOME %t \\ \'x\'']
  const unit = serviceUnitText(words, '%t/s', { CREDBRIDGE_STORE: 'remote:/a b' })
  expect(commandIn(unit)).toEqual([...words, '--socket', '%t/s'])
  expect(unit).toContain('"a \\"box\\" $$HOME %%t \\\\ \'x\'"')
  expect(unit).toContain('Environment="CREDBRIDGE_STORE=remote:/a b"\n')
})

needs('npm run build', built)('credbridge setup serve', () => {
  usual('writes both units and says what to run, and undo leaves nothing', async () => {
    const { credbridge, units, text } = await laptop()
    const { exitCode, stderr } = await credbridge('setup', 'serve', ...granted, '--until', '8h', '--name', 'my box')
    expect(exitCode).toBe(0)
    expect(stderr).toContain(`write ${join(units, 'credbridge-serve.socket')}\n`)
    expect(stderr).toContain('runs: systemctl --user daemon-reload\n')
    expect(stderr).toContain('runs: systemctl --user enable credbridge-serve.socket\n')
    expect(stderr).toContain(`  ${at}; find only; without a question; until `)
    expect(text('socket')).toContain('ListenStream=%t/credbridge/serve.sock\nSocketMode=0600\nDirectoryMode=0700\n')
    const [program = '', ...words] = commandIn(text('service'))
    expect(existsSync(program)).toBe(true)
    expect(words.slice(0, 5)).toEqual(['serve', '--name', 'my box', '--allow', at])
    // The time at which the grant ends, whenever the service starts.
    expect(words).toContainEqual(expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/))
    mkdirSync(join(units, 'sockets.target.wants'))
    symlinkSync(join(units, 'credbridge-serve.socket'), join(units, 'sockets.target.wants', 'credbridge-serve.socket'))
    expect(await credbridge('setup', 'serve', '--undo')).toMatchObject({ exitCode: 0 })
    expect(readdirSync(units)).toEqual(['sockets.target.wants'])
    expect(readdirSync(join(units, 'sockets.target.wants'))).toEqual([])
    expect(await credbridge('setup', 'serve', '--undo')).toMatchObject({ exitCode: 1 })
  })

  usual('--dry-run changes nothing', async () => {
    const { credbridge, units } = await laptop()
    const { stderr } = await credbridge('setup', 'serve', ...granted, '--dry-run')
    expect(stderr).toContain(`would do: write ${join(units, 'credbridge-serve.service')}\n`)
    expect(existsSync(units)).toBe(false)
    await credbridge('setup', 'serve', ...granted)
    expect((await credbridge('setup', 'serve', '--undo', '--dry-run')).stderr).toContain('would do: remove ')
    expect(readdirSync(units)).toHaveLength(2)
  })

  thorough('uninstall undoes it', async () => {
    const { credbridge, units } = await laptop()
    await credbridge('setup', 'serve', ...granted)
    const { stderr } = await credbridge('uninstall', '--yes')
    expect(stderr).toContain(`serve: stop the service, and remove ${join(units, 'credbridge-serve.socket')}\n`)
    expect(readdirSync(units)).toEqual([])
  })

  thorough('a unit that somebody else made is left alone', async () => {
    const { credbridge, units } = await laptop()
    mkdirSync(units, { recursive: true })
    const file = join(units, 'credbridge-serve.service')
    writeFileSync(file, '[Service]\nExecStart=/bin/true\n')
    for (const words of [granted, ['--undo']]) {
      const outcome = await credbridge('setup', 'serve', ...words)
      expect(outcome).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('did not make it') })
    }
    expect(readFileSync(file, 'utf8')).toBe('[Service]\nExecStart=/bin/true\n')
    expect(readdirSync(units)).toHaveLength(1)
  })

  usual('without a desktop nobody could be asked, so a grant with questions is refused', async () => {
    const { credbridge, units } = await laptop()
    const outcome = await credbridge('setup', 'serve', '--allow', at)
    expect(outcome.exitCode).toBe(2)
    expect(outcome.stderr).toContain(`credbridge setup serve --allow ${at} --ask never`)
    expect(existsSync(units)).toBe(false)
  })

  thoroughly(describe)('with a manager of the session', () => {
    /** A stand-in for `systemctl` that notes its words, and fails at those that have this one. */
    async function managed(failing = '') {
      const { env, credbridge } = await laptop()
      const folder = join(env['HOME'] ?? '', 'systemctl-bin')
      const noted = join(folder, 'noted')
      mkdirSync(folder)
      writeFileSync(
        join(folder, 'systemctl'),
        `#!/bin/sh\necho "$*" >> ${noted}\ncase " $* " in *" ${failing} "*) echo no bus >&2; exit 1;; esac\n`,
      )
      chmodSync(join(folder, 'systemctl'), 0o755)
      const manager = join(env['XDG_RUNTIME_DIR'] ?? '', 'systemd')
      mkdirSync(manager)
      writeFileSync(join(manager, 'private'), '')
      env['PATH'] = `${folder}:${env['PATH']}`
      return { credbridge, noted: () => readFileSync(noted, 'utf8') }
    }

    thorough('its commands are run, and the former service ends before the socket is opened anew', async () => {
      const { credbridge, noted } = await managed()
      expect((await credbridge('setup', 'serve', ...granted)).stderr).toContain('ran: systemctl --user daemon-reload')
      expect(noted().split('\n')).toEqual([
        '--user daemon-reload',
        '--user stop credbridge-serve.service',
        '--user enable credbridge-serve.socket',
        '--user restart credbridge-serve.socket',
        '',
      ])
      expect(await credbridge('setup', 'serve', '--undo')).toMatchObject({ exitCode: 0 })
      expect(noted().trim().split('\n').slice(5)).toEqual([
        '--user stop credbridge-serve.socket credbridge-serve.service',
        '--user disable credbridge-serve.socket',
        '--user daemon-reload',
      ])
    })

    thorough('a command that fails is said', async () => {
      const { credbridge } = await managed('enable')
      const outcome = await credbridge('setup', 'serve', ...granted)
      expect(outcome.exitCode).toBe(2)
      expect(outcome.stderr).toContain('systemctl --user enable credbridge-serve.socket failed with exit code 1\n')
      expect(outcome.stderr).toContain('systemctl says: no bus')
    })
  })

  usually(needsPrograms('systemd-analyze'))('the units', () => {
    usual('are right for the manager of a user', async () => {
      const { env, credbridge, units } = await laptop()
      await credbridge('setup', 'serve', ...granted, '--name', 'a "box" $HOME %t')
      const files = readdirSync(units).map((name) => join(units, name))
      expect(files).toHaveLength(2)
      const verify = () => run('systemd-analyze', ['--user', 'verify', ...files], { env })
      expect(await verify()).toMatchObject({ exitCode: 0, stderr: '' })
      const [service = ''] = files
      writeFileSync(service, `${readFileSync(service, 'utf8')}NoNewPrivilege=yes\n`)
      expect((await verify()).stderr).toContain('NoNewPrivilege')
    })
  })

  thoroughly(needsPrograms('systemd-socket-activate'))('a socket that systemd opened', () => {
    /** Listens as systemd does at the socket, and starts the unit's own command at the first connection. */
    async function activated(mode: number, ...options: readonly string[]) {
      const { env, credbridge, text } = await laptop()
      const socket = join(env['HOME'] ?? '', 'sockets', 's')
      mkdirSync(dirname(socket), { mode: 0o700 })
      await credbridge('setup', 'serve', '--socket', socket, ...options)
      const variables = ['HOME', 'PATH', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_RUNTIME_DIR', 'XDG_STATE_HOME']
      const passed = [...variables, 'CREDBRIDGE_STORE'].flatMap((name) => ['-E', `${name}=${env[name]}`])
      async function listen() {
        const words = ['-l', socket, ...passed, ...commandIn(text('service'))]
        const child = spawn('systemd-socket-activate', words, { env, stdio: ['ignore', 'ignore', 'pipe'] })
        const ended = once(child, 'close')
        onTestFinished(async () => {
          child.kill('SIGKILL')
          await ended
        })
        let said = ''
        await new Promise<void>((resolve) => {
          child.stderr.on('data', (bytes: Buffer) => {
            said += bytes.toString()
            if (said.includes('Listening on')) resolve()
          })
        })
        chmodSync(socket, mode)
        return { child, ended, said: () => said }
      }
      const far = farSide(env, socket)
      const get = () => run('git-credential-credbridge', ['get'], { env: far, input: request })
      return { credbridge, socket, listen, get }
    }

    thorough('is served by the process that it starts, and stays when that ends', async () => {
      const { credbridge, socket, listen, get } = await activated(0o600, ...granted)
      const { child, ended, said } = await listen()
      expect((await get()).stdout).toContain(answer)
      expect((await get()).stdout).toContain(answer)
      expect(said()).toContain(`serving at ${socket}\n`)
      expect((await credbridge('grants')).stderr).toContain(`served now: ${socket} at ${socket}: ${at}; find only`)
      child.kill('SIGTERM')
      await ended
      expect(existsSync(socket)).toBe(true)
      expect((await credbridge('grants')).exitCode).toBe(1)
    })

    thorough('a killed process leaves no second grant behind', async () => {
      const { credbridge, listen, get } = await activated(0o600, ...granted)
      const { child, ended } = await listen()
      expect((await get()).stdout).toContain(answer)
      child.kill('SIGKILL')
      await ended
      await listen()
      expect((await get()).stdout).toContain(answer)
      expect((await credbridge('grants')).stderr.match(/served now/g)).toHaveLength(1)
    })

    thorough('after the time of the grant it refuses, and goes on listening', async () => {
      const { listen, get } = await activated(0o600, ...granted, '--until', '2020-01-01T00:00:00Z')
      const { child } = await listen()
      for (const turn of [1, 2]) {
        expect({ turn, ...(await get()) }).toMatchObject({
          turn,
          stdout: '',
          stderr: expect.stringContaining('is over'),
        })
      }
      expect(child.exitCode).toBe(null)
    })

    thorough('that others can reach is refused', async () => {
      const { listen, get } = await activated(0o644, ...granted)
      const { ended, said } = await listen()
      expect((await get()).stdout).toBe('')
      await ended
      expect(said()).toContain('other users have access to the socket')
      expect(said()).toContain('hint: its unit needs SocketMode=0600')
    })
  })
})
