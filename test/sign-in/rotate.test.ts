import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, thoroughly, usual } from '../real/depth.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { keeper, standIn as standInHelper } from '../stores/helper/stand-in.ts'
import { dateIn, gitea, gitLab } from './forges.ts'
import { type SignInWorld, startSignInWorld } from './sign-in-world.ts'
import { standIn } from './stand-in.ts'

/* A provider replaces a token. The forges are stand-ins (forges.ts); gitea.weekly.test.ts has a real Gitea. */

const post = 'POST /api/v4/personal_access_tokens/self/rotate'

async function keptAt(world: SignInWorld, base: string): Promise<string> {
  return (await world.credbridge('get', base)).stdout.trim()
}

/** What the store is in, out of its way. */
function hideVault({ env }: SignInWorld): void {
  const folder = join(env['XDG_DATA_HOME'] ?? '', 'credbridge', 'vault')
  renameSync(folder, `${folder}-hidden`)
  writeFileSync(folder, '')
}

/** A world whose store is a helper that works as a real one until it is told to fail. */
async function startFailing() {
  const folder = mkdtempSync(join(tmpdir(), 'cb-failing-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const mark = join(folder, 'fails')
  const fails = `
    if (helper.verb === 'store' && fs.existsSync('${mark}')) {
      if (fs.readFileSync('${mark}', 'utf8') === 'now, once') fs.unlinkSync('${mark}')
      console.log('the disk is full')
      process.exit(1)
    }`
  const helper = standInHelper('docker-credential-other', fails + keeper)
  const world = await startSignInWorld()
  symlinkSync(helper.program, join(world.session.folder, 'commands', 'docker-credential-other'))
  world.settings('store = "helper:other"\n')
  return { world, failFrom: (when: 'now on' | 'now, once') => writeFileSync(mark, when) }
}

needs('the build (npm run build)', built)('built', () => {
  usual('GitLab: the new token lasts as long as the former one, and is what every tool gets', async () => {
    const [world, forge] = [await startSignInWorld(), await gitLab()]
    const { base, asked, valid } = forge
    const host = new URL(base).host
    await world.run('credbridge', ['login', '--token', base], { input: 'glpat-former' })
    const saved = `protocol=http\nhost=${host}\nusername=ann\npassword=glpat-former\n\n`
    await world.run('git-credential-credbridge', ['store'], { input: saved })
    const outcome = await world.credbridge('rotate', '--yes', base)
    expect(outcome).toMatchObject({ exitCode: 0, stdout: '' })
    expect(outcome.stderr.replace(/until .*/, 'until then')).toBe(
      [
        `${host} is GitLab, self-hosted; this rotation was written from its documentation and not run against it`,
        'the provider ends the former token at once, and there is no undo',
        `ann at ${base} has a new token, until then`,
        'the former one has ended\n',
      ].join('\n'),
    )
    expect(asked.filter(({ line }) => line === post)).toMatchObject([
      { body: JSON.stringify({ expires_at: dateIn(60) }) },
    ])
    expect(valid).toEqual(new Set([await keptAt(world, base)]))
    const { signedIn } = JSON.parse((await world.credbridge('status', '--json')).stdout)
    expect(signedIn).toMatchObject([{ kind: 'token', account: 'ann', ends: `${dateIn(60)}T00:00:00.000Z` }])
    const asGit = { input: `protocol=http\nhost=${host}\nusername=ann\n\n` }
    const [token] = valid
    expect((await world.run('git-credential-credbridge', ['get'], asGit)).stdout).toContain(`password=${token}\n`)
    await world.run('git-credential-credbridge', ['store'], { input: saved })
    expect((await world.run('git-credential-credbridge', ['get'], asGit)).stdout).toContain(`password=${token}\n`)
  })

  usual('a token that only git and docker have becomes one of the person, and theirs end', async () => {
    const [world, { base, valid }] = [await startSignInWorld(), await gitLab()]
    const host = new URL(base).host
    const saved = `protocol=http\nhost=${host}\nusername=ann\npassword=glpat-former\n\n`
    await world.run('git-credential-credbridge', ['store'], { input: saved })
    const login = JSON.stringify({ ServerURL: base, Username: 'ann', Secret: 'glpat-former' })
    await world.run('docker-credential-credbridge', ['store'], { input: login })
    expect(await world.credbridge('rotate', '-y', base)).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('git no longer uses the one that it saved for ann, and gets this one'),
    })
    const docker = await world.run('docker-credential-credbridge', ['get'], { input: base })
    expect(valid).toEqual(new Set([JSON.parse(docker.stdout).Secret]))
    const entries = JSON.parse((await world.credbridge('list', '--json')).stdout)
    expect(entries).toMatchObject([{ owner: 'person', kind: 'basic', account: 'ann' }])
  })

  thorough('another secret that a tool had ends, too, and only then a former one is worth restoring', async () => {
    const [world, { base }] = [await startSignInWorld(), await gitLab()]
    await world.set(base, 'ann', 'glpat-former')
    const login = JSON.stringify({ ServerURL: base, Username: 'ann', Secret: 'dockers' })
    await world.run('docker-credential-credbridge', ['store'], { input: login })
    const restore = `to restore the former one within 24 hours: credbridge restore --replace ${base} ann\n`
    expect((await world.credbridge('rotate', '-y', base)).stderr).toContain(restore)
    expect((await world.credbridge('rotate', '-y', base)).stderr).not.toContain('restore')
  })

  thorough('without --yes and without a terminal nothing is sent', async () => {
    const [world, { base, asked }] = [await startSignInWorld(), await gitLab()]
    await world.set(base, 'ann', 'glpat-former')
    expect(await world.credbridge('rotate', base)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`hint: to rotate it without a question: credbridge rotate --yes ${base} ann\n`),
    })
    expect(asked.map(({ line }) => line)).not.toContain(post)
    expect(await keptAt(world, base)).toBe('glpat-former')
  })

  thorough('a token that may not rotate itself is left alone, and so is one that has ended', async () => {
    const [world, { base, asked, valid }] = [await startSignInWorld(), await gitLab({ scopes: ['read_api'] })]
    await world.set(base, 'ann', 'glpat-former')
    expect(await world.credbridge('rotate', '-y', base)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(
        /may not rotate itself: it has none of the scopes api, self_rotate\nhint: to keep a new one: credbridge set .* ann\n/,
      ),
    })
    valid.clear()
    expect(await world.credbridge('rotate', '-y', base)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('does not accept the token that is kept'),
    })
    expect(asked.map(({ line }) => line)).not.toContain(post)
  })

  thorough('a store that fails afterwards leaves the token in a private file, and the hint keeps it', async () => {
    const world = await startSignInWorld()
    const { base, valid } = await gitLab({
      rotating: () => hideVault(world),
    })
    await world.set(base, 'ann', 'glpat-former')
    const { exitCode, stdout, stderr } = await world.credbridge('rotate', '-y', base)
    const [token = ''] = valid
    expect(exitCode).toBe(2)
    expect(stdout + stderr).not.toContain(token)
    const [, path = ''] = /; it is in (\S+), and the former one has ended\n/.exec(stderr) ?? []
    expect(readFileSync(path, 'utf8')).toBe(token)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const folder = join(world.env['XDG_DATA_HOME'] ?? '', 'credbridge', 'vault')
    renameSync(folder, `${folder}-file`)
    renameSync(`${folder}-hidden`, folder)
    const [, command = ''] = /hint: to keep it: (.*)\n/.exec(stderr) ?? []
    expect(command).toBe(`credbridge set --kind basic ${base} ann < ${path}`)
    expect(await world.run('sh', ['-c', command])).toMatchObject({ exitCode: 0 })
    expect(await keptAt(world, base)).toBe(token)
  })

  thoroughly(describe)('a store that can fail', () => {
    thorough('before: nothing is sent', async () => {
      const [{ world, failFrom }, { base, asked }] = [await startFailing(), await gitLab()]
      await world.set(base, 'ann', 'glpat-former')
      failFrom('now on')
      expect(await world.credbridge('rotate', '-y', base)).toMatchObject({ exitCode: 2 })
      expect(asked.map(({ line }) => line)).not.toContain(post)
    })

    thorough('for a moment: the token is kept all the same', async () => {
      const { world, failFrom } = await startFailing()
      const { base, valid } = await gitLab({ rotating: () => failFrom('now, once') })
      await world.set(base, 'ann', 'glpat-former')
      expect(await world.credbridge('rotate', '-y', base)).toMatchObject({ exitCode: 0 })
      expect(valid).toEqual(new Set([await keptAt(world, base)]))
    })

    thorough('from then on, where the former token still works: the new one is ended', async () => {
      const { world, failFrom } = await startFailing()
      const forge = await gitea({ making: () => failFrom('now on') })
      await world.set(forge.base, 'ann', 'former-01234567')
      expect(await world.run('credbridge', ['rotate', forge.base], { input: 'pass' })).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('the new token could not be kept, and the former one still works: '),
      })
      expect([...forge.valid]).toEqual(['former-01234567'])
      expect(await keptAt(world, forge.base)).toBe('former-01234567')
    })
  })

  usual('Gitea: a former token that cannot be ended is named, with the page for it', async () => {
    const [world, { base, valid }] = [await startSignInWorld(), await gitea({ ending: () => ({ status: 500 }) })]
    await world.set(base, 'ann', 'former-01234567')
    expect(await world.run('credbridge', ['rotate', base], { input: 'pass' })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(
        /has a new token\nthe former one still works, because it could not be ended: .*; end it there: .*\/user\/settings\/applications\n/,
      ),
    })
    expect([...valid]).toEqual(['former-01234567', await keptAt(world, base)])
  })

  thorough('Gitea: a new token that does not work is ended, and the former one stays', async () => {
    const [world, forge] = [await startSignInWorld(), await gitea({ making: (made, valid) => void valid.delete(made) })]
    await world.set(forge.base, 'ann', 'former-01234567')
    expect(await world.run('credbridge', ['rotate', forge.base], { input: 'pass' })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('does not accept the new token as it accepts the former one'),
    })
    expect(forge.asked.at(-1)?.line).toMatch(/^DELETE .*\/tokens\/8$/)
    expect(await keptAt(world, forge.base)).toBe('former-01234567')
  })

  thorough.each([
    ['is a page', { body: '<html>' }],
    ['has a token with a line end', { body: { token: 'a\nb' } }],
    ['is a failure of the server', { status: 502 }],
    ['is a redirect', { status: 302, headers: { location: 'http://127.0.0.1:9/' } }],
  ])('an answer that %s says what has become of the former token, and sends nothing twice', async (_, reply) => {
    const world = await startSignInWorld()
    const { base, asked } = await gitLab({ answer: reply })
    await world.set(base, 'ann', 'glpat-former')
    expect(await world.credbridge('rotate', '-y', base)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('; the former token has ended\n'),
    })
    expect(asked.filter(({ line }) => line === post)).toHaveLength(1)
    expect(await keptAt(world, base)).toBe('glpat-former')
  })

  usual('a refusal changes nothing', async () => {
    const [world, { base }] = [
      await startSignInWorld(),
      await gitLab({ answer: { status: 400, body: { message: 'expires_at is too late' } } }),
    ]
    await world.set(base, 'ann', 'glpat-former')
    expect(await world.credbridge('rotate', '-y', base)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(
        /did not rotate the token \(status 400\), .*\nhint: .* says: expires_at is too late\n/,
      ),
    })
    expect(await keptAt(world, base)).toBe('glpat-former')
  })

  thorough('Ctrl-C while the provider answers loses nothing', async () => {
    const world = await startSignInWorld()
    const pid = join(world.session.folder, 'pid')
    const { base, valid } = await gitLab({
      rotating: () => {
        process.kill(Number(readFileSync(pid, 'utf8')), 'SIGINT')
      },
    })
    await world.set(base, 'ann', 'glpat-former')
    const outcome = await world.run('sh', ['-c', `echo $$ > ${pid}; exec credbridge rotate -y ${base}`])
    expect(outcome).toMatchObject({ signal: 'SIGINT', stderr: expect.stringContaining('has a new token') })
    expect(valid).toEqual(new Set([await keptAt(world, base)]))
  })

  thorough('while one rotates, another one is refused before it asks anybody', async () => {
    const world = await startSignInWorld()
    let meanwhile = ''
    const { base, asked, valid } = await gitLab({
      rotating: () => {
        const words = ['rotate', '-y', 'https://git.example.com']
        meanwhile = spawnSync('credbridge', words, { env: world.env, encoding: 'utf8' }).stderr
      },
    })
    await world.set(base, 'ann', 'glpat-former')
    expect(await world.credbridge('rotate', '-y', base)).toMatchObject({ exitCode: 0 })
    expect(meanwhile).toMatch(/^credbridge: another command is rotating a token/)
    expect(asked.filter(({ line }) => line === post)).toHaveLength(1)
    expect(valid).toEqual(new Set([await keptAt(world, base)]))
  })

  thorough('where the same token is kept elsewhere, that is said', async () => {
    const [world, { base }] = [await startSignInWorld(), await gitLab()]
    await world.set(base, 'ann', 'glpat-former')
    await world.set('https://registry.example.com', 'ann', 'glpat-former')
    expect((await world.credbridge('rotate', '-y', base)).stderr).toContain(
      'note: ann at https://registry.example.com, saved by person, has the same token, which ends: credbridge set https://registry.example.com ann\n',
    )
  })

  thorough('what is not rotated names the command that helps', async () => {
    const [world, { base }] = [await startSignInWorld(), await standIn({})]
    const rotated = async (...words: readonly string[]) => {
      const { exitCode, stderr } = await world.credbridge('rotate', '-y', ...words)
      return [exitCode, stderr]
    }
    expect(await rotated(base)).toEqual([1, `nothing is kept for ${base}\n`])
    await world.set(base, 'ann', 's3cret')
    expect(await rotated(base)).toEqual([
      2,
      `credbridge: ${base} does not say how a token is rotated there\nhint: to keep a new one: credbridge set ${base} ann\n`,
    ])
    await world.set('https://github.com', 'ann', 's3cret')
    expect(await rotated('https://github.com')).toEqual([
      2,
      'credbridge: github.com is GitHub, which lets no program rotate a token\nhint: to keep a new one: credbridge set https://github.com ann\n',
    ])
    await world.credbridge('set', 'https://m.example.com', 'ann', '--command', 'echo s3cret', '--lasts', '1h')
    expect(await rotated('https://m.example.com')).toEqual([
      2,
      'credbridge: a command prints the secret of ann at https://m.example.com anew\nhint: to keep another secret: credbridge set https://m.example.com ann\n',
    ])
    await world.set(base, 'bob', 's3cret')
    expect(await rotated(base)).toEqual([
      2,
      `credbridge: there are several accounts\nhint: credbridge rotate ${base} ann\nhint: credbridge rotate ${base} bob\n`,
    ])
  })

  thoroughly(needsPrograms('python3'))('on a terminal', () => {
    thorough('no is the answer of Enter, and nothing is sent', async () => {
      const [world, { base, asked }] = [await startSignInWorld(), await gitLab()]
      await world.set(base, 'ann', 'glpat-former')
      const question = `Rotate the token of ann at ${base}? [y/N] `
      const outcome = await world.onTerminal([[question, '\r']], ['rotate', base])
      expect(outcome).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('nothing was changed\r\n') })
      expect(asked.map(({ line }) => line)).not.toContain(post)
      expect(await world.onTerminal([[question, 'y\r']], ['rotate', base])).toMatchObject({ exitCode: 0 })
      expect(asked.map(({ line }) => line)).toContain(post)
    })
  })
})
