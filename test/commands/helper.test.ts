import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, usual } from '../real/depth.ts'
import { startPass } from '../real/pass.ts'
import { needs, needsPrograms, programOnPath } from '../real/require.ts'
import { startWorld, type World } from '../real/world.ts'
import { keeper, standIn } from '../stores/helper/stand-in.ts'
import { at, kept, settled, vaultOf } from './choice-world.ts'

/*
 * Somebody else's docker credential helper as the store, by the built commands.
 */

interface Helped extends World {
  /** Runs a command with the helper's own environment. */
  git(verb: string, account: string, password?: string): ReturnType<World['run']>
}

/** A world without a bus in which these variables are set. */
async function start(more: Readonly<Record<string, string>>): Promise<Helped> {
  const world = await startWorld('no-bus', onTestFinished)
  const run: World['run'] = (command, words, options = {}) =>
    world.run(command, words, { ...options, more: { ...more, ...options.more } })
  const user = (account: string) => (account === '' ? '' : `username=${account}\n`)
  return {
    ...world,
    run,
    credbridge: (...words) => run('credbridge', words),
    set: (endpoint, account, secret, options) =>
      run('credbridge', ['set', endpoint, account], { ...options, input: secret }),
    git: (verb, account, password) =>
      run('git-credential-credbridge', [verb], {
        input: `protocol=https\nhost=git.example.com\n${user(account)}${password === undefined ? '' : `password=${password}\n`}`,
      }),
  }
}

async function startWithPass(): Promise<Helped> {
  const { env } = await startPass(onTestFinished)
  return start({ GNUPGHOME: env['GNUPGHOME'] ?? '', PASSWORD_STORE_DIR: env['PASSWORD_STORE_DIR'] ?? '' })
}

/** A folder to be put first on PATH, with these programs in it: links, or scripts where the text begins with `#!`. */
function programs(world: World, all: Readonly<Record<string, string>>): string {
  const folder = join(world.session.folder, 'programs')
  mkdirSync(folder)
  for (const [name, what] of Object.entries(all)) {
    if (what.startsWith('#!')) {
      writeFileSync(join(folder, name), what)
      chmodSync(join(folder, name), 0o755)
    } else symlinkSync(what, join(folder, name))
  }
  return `${folder}:${world.env['PATH']}`
}

needs('the build (npm run build)', built)('built', () => {
  needsPrograms(
    'docker-credential-pass',
    'pass',
    'gpg',
    'gpgconf',
  )('docker-credential-pass as the store', () => {
    usual('serves git once it is settled on, and nothing lies elsewhere', async () => {
      const world = await startWithPass()
      expect(await world.credbridge('use', 'helper:pass')).toMatchObject({ exitCode: 0 })
      expect(settled(world)).toBe('helper:pass')
      expect(await world.git('store', 'ann', 's3cret')).toMatchObject({ exitCode: 0, stderr: '' })
      expect((await world.git('get', '')).stdout).toContain('username=ann\npassword=s3cret\n')
      expect((await world.run('pass', ['ls'])).stdout).toContain('docker-credential-helpers')
      expect(existsSync(vaultOf(world))).toBe(false)
      const { stdout } = await world.credbridge('doctor')
      expect(stdout).toContain('ok      store: in use: helper:pass; settled on')
      expect(stdout).toContain(
        'ok      helper:pass: in use; kept until it is removed; protects what docker-credential-pass',
      )
      expect(stdout).toContain('ok      helper:pass: kept a throw-away entry, found it and removed it\n')
      expect(await world.git('erase', 'ann')).toMatchObject({ exitCode: 0, stderr: '' })
      expect(await world.git('get', '')).toMatchObject({ exitCode: 0, stdout: '' })
    })

    thorough('what it cannot keep is refused, and what is there stays', async () => {
      const world = await startWithPass()
      await world.credbridge('use', 'helper:pass')
      expect(await world.set(at, 'ann', 's3cret')).toMatchObject(kept)
      const second = await world.set(at, 'bob', 'other')
      expect(second).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('keeps one account for each server'),
      })
      expect(second.stderr).toContain('hint: for several accounts: credbridge use vault\n')
      expect((await world.git('store', 'ann', '')).stderr).not.toBe('')
      expect((await world.credbridge('get', at)).stdout).toBe('s3cret\n')
      expect(JSON.parse((await world.credbridge('list', '--json')).stdout)).toMatchObject([{ account: 'ann' }])
    })

    thorough('takes what a vault has, as far as it can, and gives it back', async () => {
      const world = await startWithPass()
      const inVault = { more: { CREDBRIDGE_STORE: 'vault' } }
      await world.set(at, 'ann', 's3cret', inVault)
      await world.set(at, 'bob', 'second', inVault)
      await world.run('git-credential-credbridge', ['store'], {
        ...inVault,
        input: 'protocol=https\nhost=other.example.com\nusername=carol\npassword=pässword ☂\n',
      })
      const there = await world.credbridge('move', '--all', '--from', 'vault', '--to', 'helper:pass')
      expect(there).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('3 moved to the helper:pass store\n'),
      })
      expect(there.stderr).toContain(`stays: bob at ${at} (person, basic): the helper:pass store keeps one account`)
      expect((await world.run('credbridge', ['get', at], inVault)).stdout).toBe('second\n')
      const back = await world.credbridge('move', '--all', '--from', 'helper:pass', '--to', 'vault')
      expect(back).toMatchObject({ exitCode: 0 })
      const other = ['get', 'https://other.example.com']
      expect((await world.run('credbridge', other, inVault)).stdout).toBe('pässword ☂\n')
      expect((await world.run('pass', ['ls'])).stdout).not.toContain('ann')
    })

    thorough('gone from PATH it is unavailable, with where the secrets lie', async () => {
      const world = await startWithPass()
      await world.credbridge('use', 'helper:pass')
      await world.set(at, 'ann', 's3cret')
      const folder = join(world.session.folder, 'commands')
      const outcome = await world.run('credbridge', ['get', at], { more: { PATH: folder } })
      expect(outcome).toMatchObject({ exitCode: 2, stdout: '' })
      expect(outcome.stderr).toContain('docker-credential-pass is not on PATH')
      expect(outcome.stderr).toContain('hint: your secrets are in the helper:pass store\n')
    })
  })

  usual("a Windows program on WSL's PATH serves every dialect", async () => {
    const { folder, kept: inWindows } = standIn('docker-credential-wincred.exe')
    const world = await start({ CREDBRIDGE_STORE: 'helper:wincred' })
    const more = { PATH: `${world.env['PATH']}:${folder}` }
    const entry = '{"ServerURL":"registry.example.com","Username":"ann","Secret":"dockers"}'
    await world.run('docker-credential-credbridge', ['store'], { more, input: entry })
    await world.run('credbridge-keyring', ['set', 'a service', 'bob'], { more, input: 'pythons\n' })
    expect(Object.keys(inWindows()).sort()).toEqual(['credbridge:python:a%20service#text', 'registry.example.com'])
    const got = await world.run('credbridge-keyring', ['get', 'a service', 'bob'], { more })
    expect(got.stdout).toBe('pythons\n')
  })

  thorough('a helper that forgets nothing has its trials, and no list shows them', async () => {
    const { folder, kept: there } = standIn('docker-credential-forgetless', keeper.replace('delete entries[input]', ''))
    const world = await start({})
    const options = { more: { PATH: `${world.env['PATH']}:${folder}`, CREDBRIDGE_STORE: 'helper:forgetless' } }
    await world.run('credbridge', ['doctor'], options)
    expect(Object.keys(there()).join('\n')).toContain('try-out-')
    for (const words of [['list'], ['list', '--own']]) {
      const { stdout, stderr } = await world.run('credbridge', words, options)
      expect(stdout + stderr).not.toContain('try-out-')
    }
  })

  thorough('a helper that is credbridge, by a link, a chain of links or through scripts, is refused', async () => {
    const world = await start({})
    const ours = programOnPath('docker-credential-credbridge', world.env['PATH'])
    const path = programs(world, {
      'docker-credential-link': ours ?? '',
      'docker-credential-chain': 'docker-credential-link',
      'docker-credential-script': `#!/bin/sh\nexec docker-credential-credbridge "$@"\n`,
      'docker-credential-far': `#!/bin/sh\nexec docker-credential-script "$@"\n`,
      'docker-credential-other-dialect': `#!/bin/sh\nprintf 'protocol=https\\nhost=git.example.com\\n\\n' | git-credential-credbridge get\n`,
    })
    for (const name of ['credbridge', 'link', 'chain', 'script', 'far', 'other-dialect']) {
      const more = { PATH: path, CREDBRIDGE_STORE: `helper:${name}` }
      for (const words of [['get', at], ['list'], ['set', at, 'ann']]) {
        const outcome = await world.run('credbridge', words, { more, input: 's3cret' })
        expect(outcome).toMatchObject({ exitCode: 2, stdout: '', timedOut: false })
        expect(outcome.stderr).toContain(`docker-credential-${name} is credbridge itself`)
      }
    }
    expect(existsSync(vaultOf(world))).toBe(false)
  })
})
