import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cargoFolder } from '../real/cargo.ts'
import { built, startedBy } from '../real/commands.ts'
import { startCrateRegistry } from '../real/crate-registry.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { type Answer, typing } from '../real/typing.ts'
import { startWorld } from '../real/world.ts'

const token = 'Bearer t0ken-of-ann'

/** A person with the real cargo, and a registry that is named in the person's own configuration. */
async function openWorld({ isNamed = true } = {}) {
  const world = await startWorld('unlocked', onTestFinished)
  const registry = await startCrateRegistry(onTestFinished)
  registry.accepted.add(token)
  const home = world.env['HOME'] ?? ''
  const [commands = '', ...folders] = (world.env['PATH'] ?? '').split(':')
  const env = { ...world.env, PATH: [commands, cargoFolder, ...folders].join(':') }
  const work = join(home, 'work')
  const put = (name: string, text: string) => {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), text)
  }
  const read = (name: string) => readFileSync(join(home, name), 'utf8')
  const config = `# mine\n[registries.team]\nindex = "${registry.index}" # ours\n`
  put(isNamed ? '.cargo/config.toml' : 'work/.cargo/config.toml', config)
  const manifest = (name: string, dependency = '') =>
    `[package]\nname = "${name}"\nversion = "1.0.0"\nedition = "2021"\nlicense = "MIT"\ndescription = "x"\n${dependency}`
  put('work/secret-crate/Cargo.toml', manifest('secret-crate'))
  put('work/secret-crate/src/lib.rs', 'pub fn answer() -> u8 { 42 }\n')
  put('work/app/Cargo.toml', manifest('app', '[dependencies]\nsecret-crate = { version = "1", registry = "team" }\n'))
  put('work/app/src/lib.rs', 'pub fn it() -> u8 { secret_crate::answer() }\n')
  const cargo = (folder: string, words: readonly string[], input = '') =>
    world.run(join(cargoFolder ?? '', 'cargo'), words, { cwd: join(work, folder), input, more: { PATH: env.PATH } })
  const ours = (...words: readonly string[]) => world.run('credbridge', words, { more: { PATH: env.PATH } })
  return {
    ...world,
    commands,
    registry,
    home,
    put,
    read,
    config,
    cargo,
    credbridge: ours,
    publish: () => cargo('secret-crate', ['publish', '--registry', 'team', '--no-verify']),
    login: (input = token) => cargo('app', ['login', '--registry', 'team'], input),
    typeLogin: (answers: readonly Answer[]) =>
      typing([join(cargoFolder ?? '', 'cargo'), 'login', '--registry', 'team'], answers, { env, cwd: work }),
    /** The headers of all requests since the last call, repeats left out. */
    tried: () => [...new Set(registry.seen.splice(0).map(({ authorization }) => authorization))],
    git: (input: string) => world.run('git-credential-credbridge', ['store'], { input }),
  }
}

/** Whether any file below the folder has this text. */
function isInFiles(folder: string, text: string): boolean {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .some((file) => statSync(file).isFile() && readFileSync(file).includes(text))
}

needsPrograms('dbus-daemon', 'gnome-keyring-daemon')('a keyring', () => {
  needs('the build (npm run build)', built)('our commands', () => {
    needs('cargo', cargoFolder !== undefined)('cargo', () => {
      test('setup, login, publish, build with a private dependency, yank, logout', async () => {
        const world = await openWorld()
        const { registry, cargo } = world
        const command = startedBy('cargo-credential-credbridge', world.commands, world.env['XDG_DATA_HOME'] ?? '')
        const setup = await world.credbridge('setup', 'cargo')
        expect(setup).toMatchObject({
          exitCode: 0,
          stderr: expect.stringContaining('cargo logout removed a throw-away token that credbridge had kept\n'),
        })
        expect(world.read('.cargo/config.toml')).toBe(
          `${world.config}# credbridge: begin\n[registry]\nglobal-credential-providers = ["cargo:token", "${command}"]\n# credbridge: end\n`,
        )
        expect((await world.credbridge('list')).exitCode).toBe(1)
        expect((await world.credbridge('doctor')).stdout).toContain('cargo asks credbridge')

        expect((await world.publish()).stderr).toContain('no token found')
        expect(await world.login()).toMatchObject({ exitCode: 0 })
        expect(existsSync(join(world.home, '.cargo', 'credentials.toml'))).toBe(false)
        world.tried()
        expect(await world.publish()).toMatchObject({ exitCode: 0 })
        expect([...registry.crates.keys()]).toEqual(['secret-crate 1.0.0'])
        expect(await cargo('app', ['build'])).toMatchObject({ exitCode: 0 })
        expect(await cargo('app', ['owner', '--list', '--registry', 'team', 'secret-crate'])).toMatchObject({
          exitCode: 0,
        })
        expect(await cargo('app', ['yank', '--registry', 'team', 'secret-crate@1.0.0'])).toMatchObject({ exitCode: 0 })
        expect(registry.crates.get('secret-crate 1.0.0')?.line['yanked']).toBe(true)
        expect(await cargo('app', ['yank', '--undo', '--registry', 'team', 'secret-crate@1.0.0'])).toMatchObject({
          exitCode: 0,
        })
        expect(registry.crates.get('secret-crate 1.0.0')?.line['yanked']).toBe(false)
        expect(
          registry.seen
            .filter(({ request }) => !request.includes('config.json'))
            .map(({ authorization }) => authorization),
        ).not.toContain('')
        expect(world.tried().filter((header) => header !== '')).toEqual([token])
        expect(isInFiles(world.session.folder, 't0ken-of-ann')).toBe(false)

        expect(await cargo('app', ['logout', '--registry', 'team'])).toMatchObject({ exitCode: 0 })
        expect((await cargo('app', ['logout', '--registry', 'team'])).stderr).toContain('not currently logged in')
        expect((await world.publish()).stderr).toContain('no token found')
        expect((await world.credbridge('list')).exitCode).toBe(1)
        expect(await world.credbridge('setup', 'cargo', '--undo')).toMatchObject({ exitCode: 0 })
        expect(world.read('.cargo/config.toml')).toBe(world.config)
      })

      needsPrograms('python3')('on a terminal', () => {
        test('login asks for the token, and does not show it', async () => {
          const world = await openWorld()
          await world.credbridge('setup', 'cargo', '--no-prove')
          const question = `please paste the token found on ${world.registry.origin}/me below: `
          const shown = await world.typeLogin([[question, token]])
          expect(shown).toContain(question)
          expect(shown).not.toContain('t0ken')
          expect(await world.publish()).toMatchObject({ exitCode: 0 })
        })
      })

      test('a registry at an origin where git signed in', async () => {
        const world = await openWorld()
        const { registry } = world
        await world.credbridge('setup', 'cargo', '--no-prove')
        await world.git(`url=${registry.origin}\nusername=ann\npassword=t0ken-of-ann\n`)
        expect(await world.publish()).toMatchObject({ exitCode: 0 })
        expect(world.tried()).toEqual(['', token])

        registry.accepted.clear()
        registry.accepted.add(`Basic ${Buffer.from('ann:t0ken-of-ann').toString('base64')}`)
        world.settings(`[cargo.authorization]\n"${new URL(registry.origin).host}" = "basic"\n`)
        expect(await world.cargo('app', ['build'])).toMatchObject({ exitCode: 0 })
        expect(await world.cargo('app', ['logout', '--registry', 'team'])).toMatchObject({ exitCode: 0 })
        expect((await world.publish()).stderr).toContain('no token found')
        expect(
          (await world.run('git-credential-credbridge', ['get'], { input: `url=${registry.origin}\n` })).stdout,
        ).toContain('t0ken')
      })

      test('a registry that only the project names gets nothing of git’s until it is shared', async () => {
        const world = await openWorld({ isNamed: false })
        await world.credbridge('setup', 'cargo', '--no-prove')
        await world.git(`url=${world.registry.origin}\nusername=ann\npassword=t0ken-of-ann\n`)
        expect((await world.publish()).stderr).toContain('no token found')
        expect(world.tried()).toEqual([''])
        await world.credbridge('share', world.registry.origin, '--with', 'cargo')
        expect(await world.publish()).toMatchObject({ exitCode: 0 })
      })

      test('a locked keyring ends cargo’s command, with the reason', async () => {
        const world = await openWorld()
        await world.credbridge('setup', 'cargo', '--no-prove')
        await world.login()
        await world.session.lock()
        const { exitCode, stderr } = await world.publish()
        expect(exitCode).not.toBe(0)
        expect(stderr).toMatch(/Caused by:\n +credbridge: .*locked/)
        expect(stderr).not.toContain('no token found')
      })

      test('plain tokens move into the keyring and back, also the one of cargo’s default registry', async () => {
        const world = await openWorld()
        const text = `[registry]\ntoken = "public"\n\n[registries.team] # x\ntoken = "${token}"\n`
        world.put('.cargo/credentials.toml', text)
        expect((await world.credbridge('import', 'cargo', '--yes')).stderr).toContain('cargo does not ask credbridge')
        await world.credbridge('setup', 'cargo', '--no-prove')
        expect(await world.credbridge('import', 'cargo', '--yes')).toMatchObject({
          exitCode: 0,
          stderr: expect.stringContaining('2 moved\n'),
        })
        expect(world.read('.cargo/credentials.toml')).toBe('[registry]\n\n[registries.team] # x\n')
        expect(await world.publish()).toMatchObject({ exitCode: 0 })
        expect(await world.credbridge('import', 'cargo', '--undo', '--yes')).toMatchObject({ exitCode: 0 })
        expect(world.read('.cargo/credentials.toml')).toBe(text)
        // The first logout is ours, the second that of cargo:token, which has the file.
        const outcomes = []
        for (let turn = 0; turn < 3; turn++) outcomes.push(await world.cargo('app', ['logout']))
        expect(outcomes.map(({ stderr }) => stderr.includes('not currently logged in'))).toEqual([false, false, true])
      })
    })
  })
})
