import { expect, onTestFinished } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, usual, usually } from '../real/depth.ts'
import { hasKeyring, needs, needsPrograms } from '../real/require.ts'
import { startWorld } from '../real/world.ts'
import { startSignInWorld } from '../sign-in/sign-in-world.ts'
import { standIn } from '../sign-in/stand-in.ts'

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000)

/** A stand-in for GitLab, with tokens that end on this day. */
function gitLab(expires: Date) {
  return standIn({
    '/api/v4/version': { status: 401, body: { message: '401 Unauthorized' } },
    '/api/v4/user': { body: { username: 'ann' } },
    '/api/v4/personal_access_tokens/self': {
      body: { scopes: ['api'], expires_at: expires.toISOString().slice(0, 10) },
    },
  })
}

needs('the build (npm run build)', built)('built', () => {
  usual('nobody is signed in: the command that begins', async () => {
    const world = await startSignInWorld()
    expect(await world.credbridge('status')).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: 'nobody is signed in\nhint: credbridge login https://host\n',
    })
    expect(await world.credbridge('status', '--notify')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
    expect(JSON.parse((await world.credbridge('status', '--json')).stdout)).toEqual({ signedIn: [] })
  })

  thorough('what ends soon, what its tool renews and what has no end', async () => {
    const [world, { base }] = [await startSignInWorld(), await gitLab(inDays(3))]
    expect(await world.run('credbridge', ['login', base], { input: 't0ken' })).toMatchObject({ exitCode: 0 })
    await world.set('https://plain.example.com', 'ann', 's')
    await world.set('https://bitbucket.org', 'ann', 'ATBBs')
    const lines = ['protocol=https', 'host=git.example.com', 'username=ann', 'password=p', 'oauth_refresh_token=r']
    const input = `${lines.join('\n')}\npassword_expiry_utc=${Math.floor(inDays(1).getTime() / 1000)}\n\n`
    await world.run('git-credential-credbridge', ['store'], { input })

    const ending = new RegExp(
      `^ann at ${base}, saved by person, expires \\S.*: credbridge rotate ${base} ann\n` +
        'ann at https://bitbucket.org, saved by person, may not last: .*: credbridge login https://bitbucket.org\n$',
    )
    const { exitCode, stdout, stderr } = await world.credbridge('status')
    expect(exitCode).toBe(0)
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['ENDPOINT', 'ACCOUNT', 'ENDS', 'RENEWED BY', 'USED BY'],
      [base, 'ann', expect.stringMatching(/ at \d\d:\d\d$/), 'nobody', expect.any(String)],
      ['https://bitbucket.org', 'ann', '-', 'nobody', expect.any(String)],
      ['https://git.example.com', 'ann', expect.stringMatching(/^tomorrow at /), 'its tool', expect.any(String)],
      [''],
    ])
    expect(stderr).toMatch(/^and 1 that has no end: credbridge list\n/)
    expect(stderr.slice(stderr.indexOf('\n') + 1)).toMatch(ending)
    expect(await world.credbridge('status', '--notify')).toMatchObject({
      stdout: '',
      stderr: expect.stringMatching(ending),
    })

    const { signedIn } = JSON.parse((await world.credbridge('status', '--json')).stdout)
    expect(signedIn).toMatchObject([
      { endpoint: base, provider: 'gitlab-self-hosted', scopes: ['api'], renewedBy: null, troubles: [{ dead: false }] },
      { endpoint: 'https://bitbucket.org', troubles: [{ fix: 'credbridge login https://bitbucket.org' }] },
      { endpoint: 'https://git.example.com', renewedBy: 'its tool', troubles: [] },
    ])
  })

  usual('a command that is not approved, and a secret that a server refused', async () => {
    const world = await startSignInWorld()
    await world.credbridge('set', 'https://m.example.com', 'ann', '--command', '/bin/echo x', '--lasts', '1h')
    await world.credbridge('approve', '--undo', 'https://m.example.com')
    await world.set('https://git.example.com', 'ann', 's')
    const input = 'protocol=https\nhost=git.example.com\nusername=ann\npassword=s\n\n'
    await world.run('git-credential-credbridge', ['erase'], { input })
    expect((await world.credbridge('status', '--notify')).stderr).toMatch(
      new RegExp(
        '^ann at https://git.example.com, saved by person, was refused by the server \\S+; git no longer gets it: credbridge restore https://git.example.com ann\n' +
          'ann at https://m.example.com, saved by person, has a command that is not approved here: credbridge approve https://m.example.com ann\n$',
      ),
    )
  })

  usually(needsPrograms('git'))('with git set up', () => {
    usual('says who uses it', async () => {
      const world = await startSignInWorld()
      expect(await world.credbridge('setup', 'git')).toMatchObject({ exitCode: 0 })
      const input = `protocol=https\nhost=git.example.com\nusername=ann\npassword=p\npassword_expiry_utc=${Math.floor(inDays(1).getTime() / 1000)}\n\n`
      await world.run('git-credential-credbridge', ['store'], { input })
      const { signedIn } = JSON.parse((await world.credbridge('status', '--json')).stdout)
      expect(signedIn).toMatchObject([{ usedBy: expect.arrayContaining(['git']) }])
    })
  })

  usually(needs('a keyring', hasKeyring))('with a keyring', () => {
    usual.each([[[]], [['--json']], [['--notify']]])('a locked one is named, with %j', async (words) => {
      const world = await startWorld('unlocked', onTestFinished)
      await world.set('https://git.example.com', 'ann', 's')
      await world.session.lock()
      expect(await world.credbridge('status', ...words)).toMatchObject({
        exitCode: 2,
        stdout: '',
        stderr: expect.stringMatching(/locked/),
      })
    })
  })
})
