import { chmodSync, readdirSync, readlinkSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { isStandalone } from '../real/commands.ts'
import { startCutting } from '../real/cutting.ts'
import { thorough, thoroughly, usual } from '../real/depth.ts'
import { startEngine } from '../real/docker-engine.ts'
import { basic, startGitServer } from '../real/git-server.ts'
import { machineGit } from '../real/gits.ts'
import { startRegistry } from '../real/registry.ts'
import { needsPrograms, programOnPath } from '../real/require.ts'
import { run } from '../real/run.ts'
import { type SshDaemon, sshDaemon } from '../real/ssh-daemon.ts'
import { at, laptop, needsSsh, other } from './ssh-world.ts'

const request = 'protocol=https\nhost=git.example.com\n\n'
const answer = 'protocol=https\nhost=git.example.com\nusername=ann\npassword=s3cret\n'
const fill = 'CREDBRIDGE_STORE=remote git -c credential.helper= -c credential.helper=credbridge credential fill'

const folderOf = ({ home }: SshDaemon) => join(home, '.local', 'state', 'credbridge')
const linked = (to: SshDaemon) => basename(readlinkSync(join(folderOf(to), 'remote.sock')))
const sockets = (to: SshDaemon) => readdirSync(folderOf(to)).filter((name) => name.startsWith('far-'))

/** Runs a command on the host without credbridge ssh, as a second login of the same user does. */
const onHost = (to: SshDaemon, command: string, input = '') =>
  run('ssh', [...to.options, '127.0.0.1', command], { env: { PATH: process.env['PATH'] }, input })

needsSsh('credbridge ssh to a real sshd', () => {
  usual('finds what is granted to that host, for as long as the session lasts', async () => {
    const { host, ssh } = await laptop()
    const there = await host()
    expect((await ssh(there, ['--allow', at], 'id -u')).stdout).toBe('4711\n')
    expect(await ssh(there, ['--allow', at], fill, request)).toMatchObject({ stdout: answer, stderr: '' })
    const outside = await ssh(there, ['--allow', other], `GIT_TERMINAL_PROMPT=0 ${fill}`, request)
    expect(outside.stdout).toBe('')
    expect(outside.exitCode).toBe(128)
    expect(readdirSync(folderOf(there))).toEqual([])
    expect(statSync(folderOf(there)).mode & 0o777).toBe(0o700)
  })

  usual('has the exit code and the streams of ssh', async () => {
    const { host, ssh } = await laptop()
    const outcome = await ssh(await host(), ['--allow', at], 'cat; echo oh >&2; exit 7', 'through')
    expect(outcome).toMatchObject({ exitCode: 7, stdout: 'through', stderr: 'oh\n' })
  })

  usual('has a socket that only this user can use', async () => {
    const { host, session } = await laptop()
    const there = await host()
    const one = await session(there, '--allow', at)
    const [name = ''] = sockets(there)
    const path = join(folderOf(there), name)
    expect(statSync(path)).toMatchObject({ uid: 4711 })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const connect = [
      '-e',
      `require('net').connect('${path}').on('connect',()=>console.log('in')).on('error',e=>console.log(e.code))`,
    ]
    const user = ['--reuid', '4799', '--regid', '4799', '--clear-groups']
    expect((await run('setpriv', [...user, 'id', '-u'])).stdout).toBe('4799\n')
    expect((await run('setpriv', [...user, process.execPath, ...connect])).stdout).toBe('EACCES\n')
    expect(await one.end()).toBe(0)
  })

  usual('clones from a real server, and a docker client signs in and reads', async ({ skip }) => {
    const { host, ssh, env } = await laptop()
    const there = await host()
    const set = (url: string) => run('credbridge', ['set', url, 'ann'], { env, input: 's3cret' })
    if (machineGit === undefined) return skip('there is no git')
    const server = await startGitServer(machineGit, onTestFinished)
    server.accept(basic('ann', 's3cret'), 'ann')
    const url = server.repository('app')
    await set(server.origin)
    const clone = `CREDBRIDGE_STORE=remote GIT_TERMINAL_PROMPT=0 git -c credential.helper=credbridge clone -q ${url} app`
    const cloned = await ssh(there, ['--allow', server.origin, '--tools', 'git'], `${clone} && ls -d app/.git`)
    expect(cloned).toMatchObject({ exitCode: 0, stdout: 'app/.git\n' })
    if (!['skopeo', 'docker-registry', 'htpasswd'].every((one) => programOnPath(one) !== undefined)) return
    const registry = await startRegistry({ ann: 's3cret' }, onTestFinished)
    const auth = `mkdir -p c && echo '{"credHelpers":{"${registry.host}":"credbridge"}}' > c/auth.json`
    const own = ['--allow', registry.host, '--allow-save']
    const skopeo = `${auth}; export CREDBRIDGE_STORE=remote REGISTRY_AUTH_FILE=$PWD/c/auth.json; skopeo`
    const login = `${skopeo} login --tls-verify=false -u ann --password-stdin ${registry.host}`
    expect(await ssh(there, own, login, 's3cret')).toMatchObject({ exitCode: 0 })
    const inspect = `${skopeo} inspect --raw --tls-verify=false docker://${registry.image}`
    expect(await ssh(there, ['--allow', registry.host], inspect)).toMatchObject({ exitCode: 0 })
    expect((await ssh(there, ['--allow', at], inspect)).exitCode).not.toBe(0)
    expect((await ssh(there, ['--allow', at], 'cat c/auth.json')).stdout).not.toContain('"auths"')
    expect((await run('credbridge', ['list', '--tool', 'docker'], { env })).stdout).toContain(registry.host)
  })

  thoroughly(needsPrograms('docker', 'docker-registry', 'htpasswd'))('for docker', () => {
    thorough('docker login keeps its password on the laptop, and docker reads with it', async () => {
      const { host, ssh, env } = await laptop()
      const there = await host()
      const registry = await startRegistry({ ann: 's3cret' }, onTestFinished)
      const engine = join(there.home, 'engine.sock')
      await startEngine(engine, onTestFinished)
      chmodSync(engine, 0o666)
      const config = `mkdir -p .docker && echo '{"credsStore":"credbridge"}' > .docker/config.json`
      const docker = `export CREDBRIDGE_STORE=remote DOCKER_HOST=unix://${engine}; docker`
      const login = `${config}; ${docker} login -u ann --password-stdin ${registry.host}`
      const inspect = `${docker} manifest inspect --insecure ${registry.image}`
      expect((await ssh(there, ['--allow', registry.host], login, 's3cret')).exitCode).not.toBe(0)
      const signedIn = await ssh(there, ['--allow', registry.host, '--allow-save'], login, 's3cret')
      expect(signedIn).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Login Succeeded') })
      expect((await ssh(there, ['--allow', registry.host], inspect)).exitCode).toBe(0)
      expect((await ssh(there, ['--allow', at], inspect)).exitCode).not.toBe(0)
      const written = await ssh(there, ['--allow', at], 'grep -rl s3cret . ; cat .docker/config.json')
      expect(written.stdout).not.toContain('.docker/config.json\n')
      expect(written.stdout).not.toContain('"auth":')
      expect((await run('credbridge', ['list', '--tool', 'docker'], { env })).stdout).toContain(registry.host)
    })
  })

  thorough('two connections to one host do not disturb each other', async () => {
    const { host, session } = await laptop()
    const there = await host()
    const first = await session(there, '--allow', at)
    const link = linked(there)
    const second = await session(there, '--allow', at)
    expect(sockets(there)).toHaveLength(2)
    expect(linked(there)).toBe(link)
    expect((await onHost(there, fill, request)).stdout).toBe(answer)
    expect(await first.end()).toBe(0)
    expect(sockets(there)).toHaveLength(1)
    expect(linked(there)).toBe(sockets(there)[0])
    expect((await onHost(there, fill, request)).stdout).toBe(answer)
    expect(await second.end()).toBe(0)
    expect(readdirSync(folderOf(there))).toEqual([])
  })

  thorough("a connection leaves the host's own sockets and those of another host alone", async () => {
    const { host, session, ssh } = await laptop()
    const there = await host()
    await ssh(there, ['--allow', at], 'true')
    const others = ['ssh-0badcafe.sock', 'ssh-99999999.sock', 'far-elsewhere_99999999.sock']
    const bind = 'import socket, sys; [socket.socket(socket.AF_UNIX).bind(path) for path in sys.argv[1:]]'
    const paths = others.map((name) => join(folderOf(there), name))
    expect(await onHost(there, `python3 -c '${bind}' ${paths.join(' ')}`)).toMatchObject({ exitCode: 0 })
    const one = await session(there, '--allow', at)
    expect(await one.end()).toBe(0)
    expect(readdirSync(folderOf(there)).sort()).toEqual(others.toSorted())
  })

  thorough('of two hosts at once each has its own grant', async () => {
    const { host, session } = await laptop()
    const [one, two] = [await host(), await host()]
    const sessions = [await session(one, '--allow', at), await session(two, '--allow', other)]
    expect((await onHost(one, fill, request)).stdout).toBe(answer)
    const quiet = `GIT_TERMINAL_PROMPT=0 ${fill}`
    expect((await onHost(two, quiet, request)).stdout).toBe('')
    expect((await onHost(two, quiet, request.replace('git.', 'other.'))).stdout).toContain('s3cret')
    for (const session of sessions) await session.end()
  })

  thorough('a cut connection leaves nothing that answers, and the next one works', async () => {
    const { host, session, ssh } = await laptop()
    const there = await host()
    const one = await session(there, '--allow', at)
    there.cut()
    await one.ended
    const dead = await onHost(there, `GIT_TERMINAL_PROMPT=0 ${fill}`, request)
    expect(dead.stdout).toBe('')
    expect(dead.stderr).toContain('no credbridge serve answers at')
    expect((await ssh(there, ['--allow', at], fill, request)).stdout).toBe(answer)
    expect(readdirSync(folderOf(there))).toEqual([])
  })

  thorough.each([1, 30, 100])('one that is cut after %d bytes of an answer gives nothing', async (count) => {
    const { host, session, ssh } = await laptop()
    const there = await host()
    const one = await session(there, '--allow', at)
    const behind = join(folderOf(there), sockets(there)[0] ?? '')
    const path = join(folderOf(there), 'cutting')
    const user = ['--reuid', '4711', '--regid', '4711', '--clear-groups'] as const
    const cutting = await startCutting(['setpriv', ...user, process.execPath], { path, behind, count }, onTestFinished)
    const env = { PATH: there.path, HOME: there.home, CREDBRIDGE_STORE: `remote:${path}` }
    const got = run('setpriv', [...user, 'git-credential-credbridge', 'get'], { env, input: request })
    await cutting.begun
    there.cut()
    const outcome = await got
    expect(outcome.stdout).toBe('')
    expect(outcome.stderr).toContain('ended before an answer came')
    await one.ended
    expect((await ssh(there, ['--allow', at], fill, request)).stdout).toBe(answer)
  })

  thorough('a host that forbids it says so in one line', async () => {
    const { host, ssh } = await laptop()
    const outcome = await ssh(await host('AllowStreamLocalForwarding no'), ['--allow', at], 'echo never')
    expect(outcome.stdout).toBe('')
    expect(outcome.stderr).toMatch(/^credbridge: 127\.0\.0\.1 does not let ssh forward a socket\n(hint: .*\n)?$/)
    expect(outcome.exitCode).toBe(2)
  })

  thorough('ssh -n is for the session only', async () => {
    const { host, ssh } = await laptop()
    const outcome = await ssh(await host(), ['--allow', at, '-n'], 'cat; echo in', 'not passed on')
    expect(outcome).toMatchObject({ exitCode: 0, stdout: 'in\n' })
  })

  thorough("a person's own forwardings, master and jump host go on working", async () => {
    const { host, ssh, env } = await laptop()
    const [jump, there] = [await host(), await host()]
    const master = join(env['HOME'] ?? '', 'm')
    const own = ['-o', 'ControlMaster=auto', '-o', `ControlPath=${master}`, '-L', `${master}.forward:/none`]
    expect((await ssh(there, ['--allow', at, ...own], fill, request)).stdout).toBe(answer)
    const proxy = ['ssh', ...jump.options, '-W', '%h:%p', '127.0.0.1'].join(' ')
    expect((await ssh(there, ['--allow', at, '-o', `ProxyCommand=${proxy}`], fill, request)).stdout).toBe(answer)
  })

  thorough('a host without credbridge is told of, and the native executable can be brought there', async () => {
    const { ssh } = await laptop()
    const there = await sshDaemon(4711, false, onTestFinished)
    const plain = await ssh(there, ['--allow', at], 'echo in')
    expect(plain.stdout).toBe('in\n')
    expect(plain.stderr).toBe('credbridge: 127.0.0.1 has no credbridge: credbridge ssh --install <host>\n')
    const installed = await ssh(there, ['--allow', at, '--install'], '.local/bin/credbridge --version')
    if (!isStandalone) {
      expect(installed.stderr).toContain('only the native executable can be brought')
      expect(installed.exitCode).toBe(2)
      return
    }
    expect(installed.stdout).toMatch(/^[0-9]+\./)
    expect(statSync(join(there.home, '.local', 'bin', 'credbridge')).mode & 0o777).toBe(0o755)
    const get = 'CREDBRIDGE_STORE=remote .local/bin/credbridge get'
    expect((await ssh(there, ['--allow', at], `${get} ${at}`)).stdout).toBe('s3cret\n')
  })
})
