import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, thoroughly, usual } from '../real/depth.ts'
import { hasKeyring, needs, needsPrograms } from '../real/require.ts'
import { type Outcome, run } from '../real/run.ts'
import type { KeyringState } from '../real/session.ts'
import { onTerminal } from '../real/typing.ts'
import { until } from '../real/until.ts'
import { startWorld, type World } from '../real/world.ts'

/* A command that prints the secret: kept, approved, run once for all, by real processes. */

const at = 'https://registry.example.com'
const asGit = { input: 'protocol=https\nhost=registry.example.com\n\n' }

interface Minting extends World {
  /** The folder of programs, first on PATH, and the project, a folder that anybody may have filled. */
  readonly bin: string
  readonly project: string
  /** Writes a program. Each run adds a line to `runs`. */
  program(path: string, script: string): string
  runs(): number
  /** Runs `credbridge` on a terminal and types the answer to its question. */
  answering(answer: string, ...words: readonly string[]): Promise<Outcome>
}

async function start(state: KeyringState = 'no-bus'): Promise<Minting> {
  const world = await startWorld(state, onTestFinished)
  const { folder } = world.session
  const [bin, project, counter] = ['bin', 'project', 'counter'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  for (const made of [bin, project]) mkdirSync(made)
  const store: Record<string, string> = state === 'no-bus' ? { CREDBRIDGE_STORE: 'vault' } : {}
  const env = { ...world.env, ...store, PATH: `${bin}:${world.env['PATH']}`, TERM: 'xterm' }
  const runHere: World['run'] = (command, words, { more = {}, ...options } = {}) =>
    run(command, words, { ...options, env: { ...env, ...more } })
  return {
    ...world,
    env,
    bin,
    project,
    run: runHere,
    credbridge: (...words) => runHere('credbridge', words),
    program(path, script) {
      writeFileSync(path, `#!/bin/sh\necho run >> ${counter}\n${script}\n`)
      chmodSync(path, 0o755)
      return path
    },
    runs: () => (existsSync(counter) ? readFileSync(counter, 'utf8').split('\n').length - 1 : 0),
    answering: (answer, ...words) =>
      run('python3', onTerminal([['secret? [y/N] ', `${answer}\r`]], 'credbridge', ...words), { env, timeout: 60_000 }),
  }
}

const set = (world: World, command: string, ...words: readonly string[]) =>
  world.credbridge('set', at, 'alice', '--command', command, '--lasts', '1h', ...words)

needs('the build (npm run build)', built)('built', () => {
  usual('every tool gets the result, for which the command runs once', async () => {
    const world = await start()
    const mint = world.program(join(world.bin, 'mint'), `printf 't0ken %s\\n' "$2"`)
    expect(await set(world, `mint 'a b' '$HOME;'`)).toMatchObject({
      stdout: '',
      stderr: `kept for ${at}: ${mint} 'a b' '$HOME;'\n`,
      exitCode: 0,
    })
    expect(world.runs()).toBe(0)
    const git = await world.run('git-credential-credbridge', ['get'], asGit)
    expect(git.stdout).toMatch(/^username=alice\npassword=t0ken \$HOME;\npassword_expiry_utc=\d+\n$/)
    const docker = await world.run('docker-credential-credbridge', ['get'], { input: at })
    expect(JSON.parse(docker.stdout)).toMatchObject({ Username: 'alice', Secret: 't0ken $HOME;' })
    expect((await world.run('credbridge-keyring', ['get', at, 'alice'])).stdout).toBe('t0ken $HOME;\n')
    expect(JSON.parse((await world.credbridge('get', at, '--json')).stdout)).toMatchObject({
      kind: 'basic',
      minted: true,
      secret: 't0ken $HOME;',
    })
    expect(world.runs()).toBe(1)
  })

  usual('an explanation says what would be answered and runs no command', async () => {
    const world = await start()
    world.program(join(world.bin, 'mint'), 'echo t0ken')
    await set(world, 'mint')
    const explained = async () => (await world.credbridge('explain', at, '--tool', 'git')).stdout
    expect(await explained()).toMatch(/^git gets alice\b/)
    expect(world.runs()).toBe(0)
    await world.run('git-credential-credbridge', ['get'], asGit)
    expect(await explained()).toMatch(/^git gets alice\b/)
    await world.credbridge('approve', at, '--undo')
    expect(await explained()).toMatch(/^git gets nothing: .*not approved/)
    expect(world.runs()).toBe(1)
  })

  thorough('callers at the same time wait for the one run', async () => {
    const world = await start()
    const door = join(world.project, 'door')
    // The command ends when both callers are there to wait for it.
    world.program(join(world.bin, 'mint'), `while [ ! -e ${door} ]; do sleep 0.05; done; echo "t0ken $$"`)
    await set(world, 'mint')
    const asked = [world.credbridge('get', at), world.run('git-credential-credbridge', ['get'], asGit)]
    await until(async () => world.runs() === 1, 'the command does not run')
    asked.push(world.credbridge('get', at))
    writeFileSync(door, '')
    const outcomes = await Promise.all(asked)
    const tokens = outcomes.map(({ stdout }) => /t0ken \d+/.exec(stdout)?.[0])
    expect(new Set(tokens).size).toBe(1)
    expect(tokens[0]).toBeDefined()
    expect(world.runs()).toBe(1)
  })

  thorough('a caller that was killed while its command ran holds nobody up', async () => {
    const world = await start()
    const first = join(world.project, 'first')
    const pid = join(world.project, 'pid')
    world.program(
      join(world.bin, 'mint'),
      `if mkdir ${first} 2>/dev/null; then echo $$ >${pid}; exec sleep 50; fi; echo t0ken`,
    )
    onTestFinished(() => void process.kill(Number(readFileSync(pid, 'utf8'))))
    await set(world, 'mint')
    const killed = await world.run('sh', ['-c', `credbridge get ${at} & while [ ! -s ${pid} ]; do :; done; kill -9 $!`])
    expect(killed.stdout).toBe('')
    expect((await world.credbridge('get', at)).stdout).toBe('t0ken\n')
  })

  thorough('a failure is remembered, and nothing of its output is shown to anybody', async () => {
    const world = await start()
    const mint = world.program(join(world.bin, 'mint'), 'echo s3cret; echo s3cret >&2; exit 7')
    await set(world, 'mint')
    const message = `credbridge: the command for ${at} gave no secret: ${mint} ended with exit code 7\n`
    for (const outcome of [
      await world.credbridge('get', at),
      await world.run('git-credential-credbridge', ['get'], asGit),
    ]) {
      expect(outcome).toMatchObject({ stdout: expect.not.stringContaining('s3cret'), exitCode: expect.any(Number) })
      expect(outcome.stderr).toContain(message)
      expect(outcome.stderr).not.toContain('s3cret')
    }
    expect((await world.credbridge('list')).stdout).toContain('has just failed')
    expect((await world.credbridge('doctor')).stdout).toContain(
      `WRONG   minted: the command of alice at ${at}: ${mint} ended`,
    )
    expect(world.runs()).toBe(1)
    // A person who sets it again has mended it.
    world.program(join(world.bin, 'mint'), 'echo t0ken')
    await set(world, 'mint')
    expect((await world.credbridge('get', at)).stdout).toBe('t0ken\n')
  })

  thorough('a command that prints without end is ended, and so is one that is no text', async () => {
    const world = await start()
    for (const [script, why] of [
      ['exec yes s3cret', 'printed more than 65536 bytes'],
      ["head -c 100000 /dev/zero | tr '\\0' a", 'printed more than 65536 bytes'],
      [`printf '\\377s3cret'`, 'it printed what is not UTF-8 text'],
    ] as const) {
      world.program(join(world.bin, 'mint'), script)
      await set(world, 'mint')
      const { stdout, stderr, exitCode } = await world.credbridge('get', at)
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 })
      expect(stderr).toContain(why)
      expect(stderr).not.toContain('s3cret')
    }
  })

  thorough(
    'the command has the root folder, no input and no terminal, and asks us without waiting for itself',
    async () => {
      const world = await start()
      const other = 'https://other.example.com'
      await world.run('credbridge', ['set', other, 'bob'], { input: 'bobs' })
      const script = `nested=$(credbridge get ${at}; echo $?)
printf '%s %s %s %s' "$(credbridge get ${other})" "$nested" "$(pwd)" "$(cat)" > ${join(world.project, 'seen')}
echo t0ken`
      world.program(join(world.bin, 'mint'), script)
      await set(world, 'mint')
      const outcome = await world.run('credbridge', ['get', at], { cwd: world.project, keepStdinOpen: true })
      expect(outcome).toMatchObject({ stdout: 't0ken\n', stderr: '', exitCode: 0 })
      expect(readFileSync(join(world.project, 'seen'), 'utf8')).toBe('bobs 1 / ')
      expect(world.runs()).toBe(1)
    },
  )

  usual('what git is refused is minted anew, and a git that knows no expiry keeps no copy', async () => {
    const world = await start()
    world.program(join(world.bin, 'mint'), 'echo "t0ken $$"')
    await set(world, 'mint')
    const password = async () =>
      /password=(.*)/.exec((await world.run('git-credential-credbridge', ['get'], asGit)).stdout)?.[1] ?? ''
    const first = await password()
    const said = `protocol=https\nhost=registry.example.com\nusername=alice\npassword=${first}\n\n`
    await world.run('git-credential-credbridge', ['store'], { input: said })
    expect((await world.credbridge('list')).stdout).toMatch(/\n\S+ +alice +person +minted .*kept until[^\n]*\n$/)
    await world.run('git-credential-credbridge', ['erase'], { input: said })
    expect((await world.credbridge('list')).stdout).toMatch(/\n\S+ +alice +person +minted .* {2}a command prints it\n$/)
    expect(await password()).not.toBe(first)
    expect(world.runs()).toBe(2)
  })

  usual('a bearer goes to those that carry it, once a person shared it where that is needed', async () => {
    const world = await start()
    world.program(join(world.bin, 'mint'), 'echo t0ken')
    await set(world, 'mint', '--kind', 'bearer')
    expect((await world.run('credbridge-keyring', ['get', at, 'alice'])).stdout).toBe('')
    expect(await world.credbridge('share', at, 'alice', '--with', 'pnpm')).toMatchObject({ exitCode: 0 })
    expect((await world.credbridge('list')).stdout).toContain('shared with pnpm; a command prints it')
    expect((await world.run('credbridge-pnpm', [at])).stdout).toBe('Bearer t0ken\n')
  })

  usual.each<[string, readonly string[], string]>([
    ['no time', ['--command', 'mint'], 'a command and how long its result lasts go together'],
    ['no command', ['--lasts', '1h'], 'a command and how long its result lasts go together'],
    ['an odd time', ['--command', 'mint', '--lasts', '12'], '--lasts is a number and s, m, h or d, as in 12h'],
    ['a time of none', ['--command', 'mint', '--lasts', '0h'], '--lasts is a number and s, m, h or d, as in 12h'],
    ['no words', ['--command', ' ', '--lasts', '1h'], 'the command has no words'],
    ['an open quote', ['--command', "mint 'a", '--lasts', '1h'], 'a quote is open'],
    ['an unknown program', ['--command', 'nothing-like-it', '--lasts', '1h'], 'there is no nothing-like-it on PATH'],
    ['a path to nothing', ['--command', '/nothing/x', '--lasts', '1h'], '/nothing/x is no program that can be run'],
    ['a relative path', ['--command', './mint', '--lasts', '1h'], 'the program has a relative path'],
    ['a kind of parts', ['--command', 'mint', '--lasts', '1h', '--kind', 'cloud-keys'], 'cannot print the kind'],
  ])('set refuses %s', async (_, words, message) => {
    const world = await start()
    world.program(join(world.bin, 'mint'), 'echo t0ken')
    world.program(join(world.project, 'mint'), 'echo evil')
    const outcome = await world.run('credbridge', ['set', at, 'alice', ...words], { cwd: world.project })
    expect(outcome).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(message) })
    expect((await world.credbridge('list')).exitCode).toBe(1)
    expect(world.runs()).toBe(0)
  })

  thorough(
    'no program of the folder that one is in is taken by its name, nor one that others can replace',
    async () => {
      const world = await start()
      const evil = world.program(join(world.project, 'mint'), 'echo evil')
      const words = ['set', at, 'alice', '--command', 'mint word', '--lasts', '1h']
      const hostile = { cwd: world.project, more: { PATH: `${world.project}:${world.env['PATH']}` } }
      expect(await world.run('credbridge', words, hostile)).toMatchObject({
        stderr: `credbridge: mint is ${evil}, a file of the folder that you are in\nhint: if you mean it: --command '${evil} word'\n`,
        exitCode: 2,
      })
      const link = join(world.session.folder, 'link')
      symlinkSync(world.project, link)
      const linked = { cwd: world.project, more: { PATH: `${link}:${world.env['PATH']}` } }
      expect((await world.run('credbridge', words, linked)).stderr).toContain('a file of the folder that you are in')
      const relative = { cwd: world.project, more: { PATH: `.:${world.env['PATH']}` } }
      expect((await world.run('credbridge', words, relative)).stderr).toContain('there is no mint on PATH')
      chmodSync(world.project, 0o777)
      const open = ['set', at, 'alice', '--command', `${evil} word`, '--lasts', '1h']
      expect((await world.run('credbridge', open)).stderr).toContain(`every user of this machine can replace ${evil}`)
    },
  )

  usual('the program stays the one that was approved, whatever PATH and variables a caller has', async () => {
    const world = await start()
    world.program(join(world.bin, 'mint'), 'helper')
    world.program(join(world.bin, 'helper'), `echo "t0ken \${PROFILE-of nobody}"`)
    await set(world, 'mint')
    for (const name of ['mint', 'helper', 'sh']) world.program(join(world.project, name), 'echo evil')
    const more = { PATH: `${world.project}:${world.env['PATH']}`, PROFILE: 'evil' }
    expect((await world.run('credbridge', ['get', at], { cwd: world.project, more })).stdout).toBe('t0ken of nobody\n')
  })

  thorough('no shell reads the words, which is said; a shell that the person names does', async () => {
    const world = await start()
    world.program(join(world.bin, 'mint'), `printf '%s|' "$@"`)
    const pwned = join(world.project, 'pwned')
    expect((await set(world, `mint $HOME; touch ${pwned}`)).stderr).toContain('note: no shell reads the command')
    expect((await world.credbridge('get', at)).stdout).toBe(`$HOME;|touch|${pwned}|\n`)
    expect(existsSync(pwned)).toBe(false)
    expect((await set(world, `sh -c 'mint | tr "|" +'`)).stderr).not.toContain('note: no shell')
    expect((await world.credbridge('get', at)).stdout).toBe('+\n')
  })

  thoroughly(needsPrograms('python3'))('approval', () => {
    const inert = `credbridge: the secret for ${at} comes from a command that you have not approved here
hint: to see it and decide: credbridge approve ${at} alice
`

    thorough('what came from another machine or store is inert until it is approved on a terminal', async () => {
      const world = await start()
      const mint = world.program(join(world.bin, 'mint'), 'echo t0ken')
      await set(world, `mint 'a b'`)
      const approvals = join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge', 'approved-commands.json')
      expect(statSync(approvals).mode & 0o777).toBe(0o600)
      expect(readFileSync(approvals, 'utf8')).not.toContain('a b')
      writeFileSync(approvals, '[]\n')
      expect(await world.credbridge('get', at)).toMatchObject({ stdout: '', stderr: inert, exitCode: 2 })
      expect((await world.run('git-credential-credbridge', ['get'], asGit)).stderr).toContain('not approved here')
      expect((await world.credbridge('list')).stdout).toContain('which is not approved on this machine')
      expect((await world.credbridge('doctor')).stdout).toContain(`fix: credbridge approve ${at} alice`)
      expect(await world.credbridge('approve', at)).toMatchObject({
        stderr: `alice at ${at}: a command prints the secret (basic, good for 3600 seconds)
  ${mint} 'a b'
credbridge: there is no terminal to ask on
hint: approve it on a terminal
`,
        exitCode: 2,
      })
      const no = await world.answering('n', 'approve', at)
      expect(no).toMatchObject({ stdout: expect.stringContaining('it was not approved'), exitCode: 1 })
      expect((await world.credbridge('get', at)).stderr).toBe(inert)
      expect(world.runs()).toBe(0)
      const yes = await world.answering('y', 'approve', at)
      expect(yes).toMatchObject({ stdout: expect.stringContaining(`${mint} 'a b'`), exitCode: 0 })
      expect((await world.credbridge('get', at)).stdout).toBe('t0ken\n')
      expect((await world.credbridge('approve', at)).stderr).toContain('it is approved on this machine\n')
      expect((await world.credbridge('approve', '--undo', at)).exitCode).toBe(0)
      expect((await world.credbridge('get', at)).stderr).toBe(inert)
      expect(await world.credbridge('approve', 'https://none.example.com')).toMatchObject({ exitCode: 1 })
    })

    thorough('remove takes the approval along, and restore does not bring it back', async () => {
      const world = await start()
      world.program(join(world.bin, 'mint'), 'echo t0ken')
      await set(world, 'mint')
      expect((await world.credbridge('remove', at)).stderr).toContain('saved by person, a command that prints it\n')
      const restored = await world.credbridge('restore', at)
      expect(restored.stderr).toContain(`note: its command runs once you approve it: credbridge approve ${at} alice\n`)
      expect((await world.credbridge('get', at)).stderr).toBe(inert)
    })

    thorough('a secret that is typed over it ends the approval', async () => {
      const world = await start()
      world.program(join(world.bin, 'mint'), 'echo t0ken')
      await set(world, 'mint')
      await world.run('credbridge', ['set', at, 'alice'], { input: 'typed' })
      expect((await world.credbridge('restore', '--replace', at)).stderr).toContain(
        'its command runs once you approve it',
      )
      expect((await world.credbridge('get', at)).stderr).toBe(inert)
      expect(world.runs()).toBe(0)
    })
  })

  thoroughly(needs('a keyring (dbus-daemon, gnome-keyring-daemon)', hasKeyring))('in the keychain', () => {
    thorough('is minted once, told apart in list, and inert where it was moved to', async () => {
      const world = await start('unlocked')
      world.program(join(world.bin, 'mint'), 'echo t0ken')
      expect(await set(world, 'mint')).toMatchObject({ exitCode: 0 })
      const both = [world.credbridge('get', at), world.run('git-credential-credbridge', ['get'], asGit)]
      for (const { stdout } of await Promise.all(both)) expect(stdout).toContain('t0ken')
      expect(world.runs()).toBe(1)
      expect(JSON.parse((await world.credbridge('list', '--json')).stdout)).toMatchObject([
        { kind: 'minted', minted: { approved: true, kind: 'basic', until: expect.any(String) } },
      ])
      const moved = await world.credbridge('move', '--all', '--to', 'vault')
      expect(moved.stderr).toContain(`credbridge approve ${at} alice\n`)
      const there = { more: { CREDBRIDGE_STORE: 'vault' } }
      expect((await world.run('credbridge', ['get', at], there)).stderr).toContain('not approved here')
      expect(
        await world.run('credbridge', ['move', '--all', '--from', 'vault', '--to', 'secret-service']),
      ).toMatchObject({
        exitCode: 0,
      })
      expect((await world.credbridge('get', at)).stderr).toContain('not approved here')
      expect(world.runs()).toBe(1)
    })
  })

  thorough('what a client starts has none of it until it meets such a credential', () => {
    const dist = join(import.meta.dirname, '..', '..', 'dist')
    for (const command of [
      'git-credential-credbridge',
      'docker-credential-credbridge',
      'credbridge-keyring',
      'credbridge',
    ]) {
      expect(readFileSync(join(dist, `${command}.cjs`), 'utf8')).not.toContain('approved-commands.json')
    }
  })
})
