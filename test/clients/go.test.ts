import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { machineGo } from '../real/go.ts'
import { type Modules, startModuleHost } from '../real/module-host.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { onTerminal } from '../real/typing.ts'
import { startWorld } from '../real/world.ts'

/* The real go, with a host of modules that demands a sign-in. */

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const alice = basic('alice:pw of alice')
const host = 'https://go.example.com'
const proved = 'the command that go starts found a throw-away sign-in while it was kept, and none afterwards\n'

async function openGoWorld(modules: Modules) {
  const world = await startWorld('no-bus', onTestFinished)
  const { folder } = world.session
  const server = await startModuleHost(join(folder, 'modules'), modules, onTestFinished)
  const settings = join(world.env['XDG_CONFIG_HOME'] ?? '', 'go')
  mkdirSync(join(settings, 'telemetry'), { recursive: true })
  writeFileSync(join(settings, 'telemetry', 'mode'), 'off') // go starts another one that writes there.
  const project = join(folder, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'go.mod'), 'module project\n\ngo 1.24\n')
  const more = {
    ...server.env,
    CREDBRIDGE_STORE: 'vault',
    GOPATH: join(folder, 'gopath'),
    GOCACHE: join(folder, 'gocache'),
    GOTOOLCHAIN: 'local',
    GOFLAGS: '-modcacherw',
    GOPRIVATE: '*.example.com',
  }
  const file = join(settings, 'env')
  const onScreen = async (...words: readonly string[]) =>
    (await world.run('python3', onTerminal([], ...words), { cwd: project, more })).stdout
  return {
    server,
    settings: () => (existsSync(file) ? readFileSync(file, 'utf8') : undefined),
    home: world.env['HOME'] ?? '',
    credbridge: (words: string, input = '', env = {}) =>
      world.run('credbridge', words.split(' '), { input, more: { ...more, ...env } }),
    set: (at: string, account: string, secret: string, ...words: readonly string[]) =>
      world.run('credbridge', ['set', at, account, ...words], { input: secret, more }),
    /** Downloads version v1.0.0 of these modules. */
    download: (modules: readonly string[], env = {}) =>
      world.run(machineGo ?? '', ['mod', 'download', ...modules.map((name) => `${name}@v1.0.0`)], {
        cwd: project,
        more: { ...more, ...env },
      }),
    /** What a person sees who downloads a module on a terminal. */
    onScreen: (module: string) => onScreen(machineGo ?? '', 'mod', 'download', `${module}@v1.0.0`),
    setupOnScreen: () => onScreen('credbridge', 'setup', 'go'),
    /** Whether it is remembered that the helper told the person something. */
    isToldRemembered: () => existsSync(join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge', 'told-lately')),
    isThere: (module: string) => existsSync(join(more.GOPATH, 'pkg', 'mod', `${module}@v1.0.0`, 'code.go')),
  }
}

const app = 'go.example.com/team/app'
const ok = { stdout: '', stderr: '', exitCode: 0 }

needs('the build (npm run build)', built)('built', () => {
  needs('Go 1.24 or later', machineGo !== undefined)('go', () => {
    needsPrograms('openssl')('and a host of modules', () => {
      test('downloads with a password that a person set, and without none', async () => {
        const it = await openGoWorld({ letsIn: { [alice]: ['go.example.com'] } })
        const before = it.settings()
        expect(await it.credbridge('setup go -n')).toMatchObject({
          stderr: expect.stringMatching(/^would do: go: GOAUTH is \/.*\/credbridge-go;netrc\n$/),
          exitCode: 0,
        })
        expect(it.settings()).toBe(before)
        const { stderr } = await it.credbridge('setup go')
        expect(stderr).toMatch(new RegExp(`^go: GOAUTH is /.*/credbridge-go;netrc\\n${proved}$`))
        const written = it.settings()
        expect((await it.credbridge('setup go')).stderr).toBe(`go: nothing to change\n${proved}`)
        const onScreen = `go: nothing to change\n${proved}`.replace('and none', 'and\n  none')
        expect(await it.setupOnScreen()).toBe(onScreen.replaceAll('\n', '\r\n'))
        expect(it.isToldRemembered()).toBe(false)
        expect(it.settings()).toBe(written)
        expect(await it.credbridge('list')).toMatchObject({ stdout: '', exitCode: 1 })
        expect((await it.credbridge('doctor')).stdout).toContain('ok      go: go asks credbridge, then netrc\n')

        expect((await it.download([app])).exitCode).toBe(1)
        expect(it.server.seen().filter((line) => !line.endsWith(' -'))).toEqual([])
        const told = `credbridge: nothing is kept for https://${app}\r\nhint: credbridge set https://${app}\r\n`
        expect((await it.onScreen(app)).split(told)).toHaveLength(2)
        expect((await it.onScreen(app)).split(told)).toHaveLength(2)
        it.server.seen()
        await it.set(host, 'alice', 'pw of alice')
        expect(await it.download([app])).toMatchObject(ok)
        expect(it.isThere(app)).toBe(true)
        const [first, second, ...others] = it.server.seen()
        expect([first, second]).toEqual([`${app}?go-get=1 -`, `${app}?go-get=1 ${alice}`])
        expect(others.length).toBeGreaterThan(0)
        expect(others.filter((line) => !line.endsWith(alice))).toEqual([])

        expect((await it.credbridge('setup go --undo')).stderr).toBe('go: GOAUTH is no longer set\n')
        expect(it.settings()).toBe(before)
        expect((await it.credbridge('setup go --undo')).stderr).toBe('go: nothing to change\n')
        expect((await it.download(['go.example.com/team/other'])).exitCode).toBe(1)
      })

      test('each path and each host has its own, and no other', async () => {
        const [bob, token] = [basic('bob:pw of bob'), 'Bearer t0ken']
        const it = await openGoWorld({
          letsIn: { [alice]: ['go.example.com/a'], [bob]: ['go.example.com/b/app'], [token]: ['other.example.com'] },
          refusal: 404,
        })
        await it.credbridge('setup go --no-prove')
        await it.set(`${host}/a`, 'alice', 'pw of alice')
        await it.set(`${host}/b/app`, 'bob', 'pw of bob')
        await it.set('https://other.example.com', '', 't0ken', '--kind', 'bearer')
        const modules = ['go.example.com/a/app', 'go.example.com/b/app', 'other.example.com/app']
        expect(await it.download(modules)).toMatchObject(ok)
        expect(modules.filter(it.isThere)).toEqual(modules)
        const sent = it.server.seen().map((line) => line.split(/(?<=app)\S* /))
        const own = [alice, bob, token].map((header, at) => [modules[at], header])
        expect(
          sent.filter(([, header]) => header !== '-').filter((pair) => !own.some((one) => one.join() === pair.join())),
        ).toEqual([])
        expect((await it.download(['go.example.com/c/app'])).exitCode).toBe(1)
        expect(it.server.seen().filter((line) => !line.endsWith(' -'))).toEqual([])
      })

      test('what is shared with go is sent at once, to hosts that mislead strangers', async () => {
        const it = await openGoWorld({ letsIn: { [alice]: ['go.example.com'] }, misleads: true })
        await it.credbridge('setup go --no-prove')
        await it.set(host, 'alice', 'pw of alice')
        const module = 'go.example.com/group/below/app'
        expect((await it.download([module])).exitCode).toBe(1)
        it.server.seen()
        await it.credbridge(`share ${host} --with go`)
        expect(await it.download([module])).toMatchObject(ok)
        expect(it.isThere(module)).toBe(true)
        expect(it.server.seen().filter((line) => !line.endsWith(alice))).toEqual([])
        await it.credbridge(`share ${host} --with go --undo`)
        expect((await it.download(['go.example.com/group/below/other'])).exitCode).toBe(1)
      })

      test('a proxy for modules, and the words of GOAUTH that were there before', async () => {
        const carol = basic('carol:pw')
        const it = await openGoWorld({ letsIn: { [alice]: ['go.example.com/proxy'], [carol]: ['other.example.com'] } })
        writeFileSync(join(it.home, '.netrc'), 'machine other.example.com login carol password pw\n')
        await it.credbridge('setup go --no-prove')
        await it.set(`${host}/proxy`, 'alice', 'pw of alice')
        const env = {
          GOPROXY: `${host}/proxy`,
          GOPRIVATE: '',
          GONOPROXY: 'other.example.com',
          GONOSUMDB: '*',
        }
        const modules = ['example.com/app', 'other.example.com/app']
        expect(await it.download(modules, env)).toMatchObject(ok)
        expect(modules.filter(it.isThere)).toEqual(modules)
      })

      test('GOAUTH in the environment goes first, and setup does not claim otherwise', async () => {
        const it = await openGoWorld({ letsIn: {} })
        expect(await it.credbridge('setup go', '', { GOAUTH: 'netrc' })).toMatchObject({
          stderr: expect.stringContaining('GOAUTH in the environment does not name credbridge\nhint: unset GOAUTH\n'),
          exitCode: 2,
        })
      })
    })
  })
})
