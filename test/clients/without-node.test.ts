import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { built, isStandalone, startedBy } from '../real/commands.ts'
import { thorough, usual, usually } from '../real/depth.ts'
import { needs, programOnPath } from '../real/require.ts'
import { run } from '../real/run.ts'
import { standIns } from '../real/stand-ins.ts'
import { startWorld, type World } from '../real/world.ts'

/*
 * Clients start our commands with the PATH that they have: an editor's, cron's or a desktop's, on which there is no Node. And the
 * Node that setup ran on goes when its owner installs another one.
 */

const git = programOnPath('git') ?? ''

async function openWorld(): Promise<World & { readonly wrapper: string }> {
  const world = await startWorld('no-bus', onTestFinished)
  const folder = world.env['PATH']?.split(':')[0] ?? ''
  const wrapper = startedBy('git-credential-credbridge', folder, world.env['XDG_DATA_HOME'] ?? '')
  return { ...world, wrapper }
}

/** What git gets with nothing on PATH. */
async function gitGets({ env }: Pick<World, 'env'>, more: Record<string, string> = {}): Promise<string> {
  const alone = { ...env, ...more, PATH: '/nowhere', GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '' }
  const input = 'protocol=https\nhost=git.example.com\nusername=alice\n'
  const { stdout, stderr } = await run(git, ['credential', 'fill'], { env: alone, input })
  return /^password=(.*)$/m.exec(stdout)?.[1] ?? stderr
}

usually(needs('the build (npm run build) and git', built && git !== ''))('with nothing on PATH', () => {
  usual('git is answered, also in a home whose name has blanks and quotes', async () => {
    const world = await openWorld()
    const env: Record<string, string> = { ...world.env, XDG_DATA_HOME: join(world.session.folder, "o'dd $data") }
    await run('credbridge', ['set', 'https://git.example.com', 'alice'], { env, input: 'p@ss' })
    expect(await run('credbridge', ['setup', 'git'], { env })).toMatchObject({ exitCode: 0 })
    expect(await gitGets({ env })).toBe('p@ss')
  })

  usual('the registry’s helper for pnpm answers', async () => {
    const { env, credbridge, session } = await openWorld()
    // Setup looks whether there is a pnpm, and does not start it.
    const bin = join(session.env['HOME'] ?? '', 'bin')
    mkdirSync(bin, { recursive: true })
    writeFileSync(join(bin, 'pnpm'), '#!/bin/sh\n', { mode: 0o755 })
    await run('credbridge', ['set', 'https://npm.example.com', '--kind', 'bearer'], { env, input: 'token' })
    await credbridge('share', 'https://npm.example.com', '--with', 'pnpm')
    const words = ['setup', 'pnpm', '--registry', 'https://npm.example.com/']
    const setup = await run('credbridge', words, { env: { ...env, PATH: `${env['PATH']}:${bin}` } })
    expect(setup).toMatchObject({ exitCode: 0 })
    const folder = join(session.folder, 'data', 'credbridge', 'pnpm')
    const [helper = ''] = readdirSync(folder)
    const outcome = await run(join(folder, helper), [], { env: { ...env, PATH: '/nowhere' } })
    expect(outcome).toMatchObject({ stdout: 'Bearer token\n', exitCode: 0 })
  })
  usual('options for Node that a project has set are not ours', async () => {
    const world = await openWorld()
    await world.set('https://git.example.com', 'alice', 'p@ss')
    expect(await world.credbridge('setup', 'git')).toMatchObject({ exitCode: 0 })
    const evil = join(world.session.folder, 'evil.cjs')
    writeFileSync(evil, `require('node:fs').writeFileSync(__filename + '.ran', '')`)
    expect(await gitGets(world, { NODE_OPTIONS: `--require ${evil}` })).toBe('p@ss')
    expect(existsSync(`${evil}.ran`)).toBe(false)
  })
})

/** The standalone executable needs no wrapper. */
const byNode = isStandalone ? describe.skip : needs('the build (npm run build) and git', built && git !== '')

byNode('the wrapper', () => {
  usual('is there as long as git is set up', async () => {
    const { credbridge, wrapper } = await openWorld()
    expect(await credbridge('setup', 'git', '--dry-run')).toMatchObject({ exitCode: 0 })
    expect(existsSync(wrapper)).toBe(false)
    expect(await credbridge('setup', 'git')).toMatchObject({ exitCode: 0 })
    expect(existsSync(wrapper)).toBe(true)
    expect(await credbridge('setup', 'git', '--undo', '--dry-run')).toMatchObject({ exitCode: 0 })
    expect(existsSync(wrapper)).toBe(true)
    expect(await credbridge('setup', 'git', '--undo')).toMatchObject({ exitCode: 0 })
    expect(existsSync(wrapper)).toBe(false)
  })

  thorough('that is gone, or of another credbridge, is found by doctor and mended by setup', async () => {
    const { credbridge, wrapper } = await openWorld()
    expect((await credbridge('doctor')).stdout).not.toContain('does not exist')
    await credbridge('setup', 'git')
    expect((await credbridge('doctor')).exitCode).toBe(0)
    rmSync(wrapper)
    const gone = `WRONG   git: ${wrapper} does not exist\n        fix: credbridge setup git\n`
    expect(await credbridge('doctor')).toMatchObject({ exitCode: 2, stdout: expect.stringContaining(gone) })
    expect(await credbridge('setup', 'git')).toMatchObject({ exitCode: 0 })
    writeFileSync(wrapper, '#!/bin/sh\nexec /nowhere/node "$@"\n')
    const other = `WRONG   git: ${wrapper} starts another credbridge, or another Node\n        fix: credbridge setup git\n`
    expect((await credbridge('doctor')).stdout).toContain(other)
    expect(await credbridge('setup', 'git')).toMatchObject({ exitCode: 0 })
    expect((await credbridge('doctor')).exitCode).toBe(0)
  })
})

const ofNode = isStandalone ? describe.skip : needs('the build (npm run build)', built)

usually(ofNode)('docker, which finds its helper by name', () => {
  usual('has a link in the user’s own folder on PATH, where the desktop finds it, too', async () => {
    const world = await openWorld()
    const own = join(world.session.folder, 'home', '.local', 'bin')
    mkdirSync(own, { recursive: true })
    const clients = standIns(join(world.session.folder, 'clients'))
    const env = { ...world.env, PATH: `${world.env['PATH']}:${own}:${clients}` }
    const credbridge = (...words: string[]) => run('credbridge', words, { env })
    const link = join(own, 'docker-credential-credbridge')
    expect((await credbridge('setup', 'docker', '--dry-run')).stderr).toContain(
      'would do: ~/.local/bin/docker-credential-credbridge leads to ',
    )
    expect(readdirSync(own)).toEqual([])
    expect(await credbridge('setup', 'docker')).toMatchObject({ exitCode: 0 })
    const outcome = await run(link, ['list'], { env: { ...env, PATH: own } })
    expect(outcome).toMatchObject({ stdout: '{}\n', stderr: '', exitCode: 0 })
    expect((await credbridge('setup', 'docker')).stderr).not.toContain('leads to')
    expect(await credbridge('setup', 'helm')).toMatchObject({ exitCode: 0 })
    await credbridge('setup', 'docker', '--undo')
    expect(readdirSync(own)).toEqual(['docker-credential-credbridge'])
    await credbridge('setup', 'helm', '--undo')
    expect(readdirSync(own)).toEqual([])
    expect(readdirSync(join(world.session.folder, 'data', 'credbridge', 'commands'))).toEqual([])
  })

  usual('leaves alone what has that name there', async () => {
    const world = await openWorld()
    const own = join(world.session.folder, 'home', '.local', 'bin')
    mkdirSync(own, { recursive: true })
    writeFileSync(join(own, 'docker-credential-credbridge'), 'mine')
    const clients = standIns(join(world.session.folder, 'clients'))
    const env = { ...world.env, PATH: `${world.env['PATH']}:${own}:${clients}` }
    expect(await run('credbridge', ['setup', 'docker'], { env })).toMatchObject({ exitCode: 0 })
    await run('credbridge', ['setup', 'docker', '--undo'], { env })
    expect(readFileSync(join(own, 'docker-credential-credbridge'), 'utf8')).toBe('mine')
  })
})
