import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { built, isStandalone, startedBy } from '../real/commands.ts'
import { thorough, thoroughly, usual } from '../real/depth.ts'
import { startPass } from '../real/pass.ts'
import { hasKeyring, needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { dockerConfig, gitconfig, hasLibsecret, openHome } from './uninstall-world.ts'

const signIn = 'username=alice\npassword=t0ken\n'

needs('the build and a keyring', built && hasKeyring)('uninstall', () => {
  needs('git-credential-libsecret', hasLibsecret)('where git has a keychain helper', () => {
    needsPrograms('docker-credential-secretservice', 'python3')('and docker, too', () => {
      const open = () => openHome('unlocked', ['git-credential-libsecret', 'docker-credential-secretservice'])

      usual('moves what is kept there, undoes every setup to the byte, and leaves no file', async () => {
        const { credbridge, git, docker, read, own, run, list } = await open()
        await credbridge('setup', '--yes', '--only', 'git,docker')
        await git('approve', 'git.example.com', signIn)
        await docker('store', '{"ServerURL":"r.example.com:5000","Username":"bob","Secret":"d"}')
        const { exitCode, stderr } = await credbridge('uninstall', '--yes')
        expect(stderr).toContain('move to git-credential-libsecret: alice at https://git.example.com (git, basic)\n')
        expect(stderr).toContain('\n2 secrets moved\n')
        expect(exitCode).toBe(0)
        expect(read('.gitconfig')).toBe(`${gitconfig}[credential]\n\thelper = libsecret\n`)
        expect(JSON.parse(read('.docker/config.json'))).toEqual({
          ...JSON.parse(dockerConfig),
          credsStore: 'secretservice',
        })
        expect(await git('fill', 'git.example.com')).toContain('password=t0ken\n')
        const there = await run('docker-credential-secretservice', ['get'], { input: 'r.example.com:5000' })
        expect(JSON.parse(there.stdout)).toMatchObject({ Username: 'bob', Secret: 'd' })
        expect(own()).toEqual([])
        expect(await list('secret-service')).toEqual([])
        expect(await credbridge('uninstall')).toMatchObject({
          exitCode: 1,
          stderr: expect.stringContaining('nothing is left to undo\n'),
        })
      })

      thorough('another secret that the helper has stays, and so does ours', async () => {
        const { credbridge, git, run, list } = await open()
        await credbridge('setup', 'git')
        const question = 'protocol=https\nhost=git.example.com\nusername=alice\n'
        await run('git-credential-libsecret', ['store'], { input: `${question}password=theirs\n` })
        await git('approve', 'git.example.com', signIn)
        const { exitCode, stderr } = await credbridge('uninstall', '--yes')
        expect(exitCode).toBe(2)
        expect(stderr).toContain(
          'stays: alice at https://git.example.com (git, basic): git-credential-libsecret has another secret for it\n',
        )
        expect(stderr).toContain('left: 1 secret in the secret-service store\n')
        expect(await list('secret-service')).toMatchObject([{ endpoint: 'https://git.example.com' }])
        const kept = await run('git-credential-libsecret', ['get'], { input: question })
        expect(kept.stdout).toContain('password=theirs\n')
      })

      thorough.each([
        ['SIGKILL', 'KILL'],
        ['Ctrl-C', 'INT'],
      ])('%s in the middle loses nothing, and the next one finishes', async (_name, signal) => {
        const { credbridge, git, run, read, own, list, intercept } = await open()
        await credbridge('setup', 'git')
        await git('approve', 'git.example.com', signIn)
        await git('approve', 'other.example.com', signIn)
        const release = intercept('git-credential-libsecret', 'store', `kill -${signal} $PPID`)
        const stopped = await credbridge('uninstall', '--yes')
        expect(stopped.signal).toBe(`SIG${signal}`)
        if (signal === 'INT') {
          expect(stopped.stderr).toContain('copied to git-credential-libsecret: alice at https://git.example.com')
          expect(stopped.stderr).toContain('interrupted; to go on: credbridge uninstall\n')
        }
        release()
        for (const host of ['git.example.com', 'other.example.com'])
          expect(await git('fill', host)).toContain('password=t0ken\n')
        expect(await list('secret-service')).toHaveLength(2)
        expect(await credbridge('uninstall', '--yes')).toMatchObject({ exitCode: 0 })
        expect(read('.gitconfig')).toBe(`${gitconfig}[credential]\n\thelper = libsecret\n`)
        for (const host of ['git.example.com', 'other.example.com'])
          expect(await git('fill', host)).toContain('password=t0ken\n')
        expect(own()).toEqual([])
        expect(await list('secret-service')).toEqual([])
        expect(
          (await run('git-credential-libsecret', ['get'], { input: 'protocol=https\nhost=x.example.com\n' })).stdout,
        ).toBe('')
      })
    })
  })

  thoroughly(needsPrograms('python3'))('on a terminal', () => {
    const shown = ['shown? [y/N] ', 'y\r'] as const
    const plain = (answer: string) => ['can read? [y/N] ', `${answer}\r`] as const

    thorough('a secret goes into a plain file only after a second question', async () => {
      const { credbridge, git, docker, typed, read, own, list, home } = await openHome('no-service')
      await credbridge('setup', '--yes', '--only', 'git,docker')
      await git('approve', 'git.example.com', signIn)
      await docker('store', '{"ServerURL":"r.example.com:5000","Username":"bob","Secret":"d"}')
      expect(await credbridge('uninstall', '--yes')).toMatchObject({ exitCode: 0 })
      expect(read('.gitconfig')).toBe(gitconfig)
      expect(read('.docker/config.json')).toBe(dockerConfig)
      expect(await list('vault')).toHaveLength(2)
      expect(own()).toEqual(['store', 'vault', 'vault.key'])
      const again = await credbridge('uninstall', '--yes', '--dry-run')
      expect(again.stderr).toContain('only if you agree, move to the plain file')
      const noted = await credbridge('uninstall', '--yes')
      expect(noted.stderr).toContain('note: without the program nobody can read the vault store\n')
      expect(noted.stderr).not.toContain('to remove the program')

      const declined = await typed([shown, plain('n')], 'uninstall')
      expect(declined.stdout).toContain(
        `Write 2 secrets into ${home}/.git-credentials, ${home}/.docker/config.json, which`,
      )
      expect(declined).toMatchObject({ exitCode: 0 })
      expect(await list('vault')).toHaveLength(2)

      expect(await typed([shown, plain('y')], 'uninstall')).toMatchObject({ exitCode: 0 })
      expect(read('.git-credentials')).toBe('https://alice:t0ken@git.example.com\n')
      expect(read('.gitconfig')).toBe(`${gitconfig}[credential]\n\thelper = store\n`)
      expect(JSON.parse(read('.docker/config.json'))).toMatchObject({
        auths: { 'r.example.com:5000': { auth: Buffer.from('bob:d').toString('base64') } },
      })
      expect(own()).toEqual([])
    })

    thorough('what an import took goes back into the file where it was', async () => {
      const { credbridge, typed, read, write, own } = await openHome('unlocked')
      const npmrc = '; mine\n//npm.example.com/:_authToken=npm_t0ken\n'
      write('.npmrc', npmrc)
      await credbridge('import', 'npm', '--yes', '--without-setup')
      expect(read('.npmrc')).not.toContain('npm_t0ken')
      expect(await typed([shown, plain('y')], 'uninstall')).toMatchObject({ exitCode: 0 })
      expect(read('.npmrc')).toContain('//npm.example.com/:_authToken=npm_t0ken\n')
      expect(own()).toEqual([])
      expect((await credbridge('list')).exitCode).toBe(1)
    })

    thorough('--remove-secrets counts them and asks, also with --yes', async () => {
      const { credbridge, set, typed, own, list, write, folders } = await openHome('no-service')
      await set('https://api.example.com', 'carol', 'x')
      await set('https://api.example.com', 'dave', 'y')
      const before = own()
      const unasked = await credbridge('uninstall', '--yes', '--remove-secrets')
      expect(unasked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('hint: without --remove-secrets') })
      expect(own()).toEqual(before)
      const declined = await typed([['keeps? [y/N] ', 'n\r']], 'uninstall', '--yes', '--remove-secrets')
      expect(declined.stdout).toContain('Delete 2 secrets for good, which nothing else keeps?')
      expect(await list('vault')).toMatchObject([{ account: 'carol' }, { account: 'dave' }])
      write('../config/credbridge/mine.txt', 'kept')
      const done = await typed([['keeps? [y/N] ', 'y\r']], 'uninstall', '--yes', '--remove-secrets')
      expect(done.stdout).toContain(`left: ${folders.config}/credbridge/mine.txt`)
      expect(own()).toEqual(['mine.txt'])
    })

    thorough('Ctrl-C at the question changes nothing', async () => {
      const { credbridge, git, typed, read, own } = await openHome('unlocked')
      await credbridge('setup', 'git')
      await git('approve', 'git.example.com', signIn)
      const [config, files] = [read('.gitconfig'), own()]
      const outcome = await typed([['shown? [y/N] ', '\u0003']], 'uninstall')
      expect(outcome).toMatchObject({ exitCode: 130 })
      expect([read('.gitconfig'), own()]).toEqual([config, files])
      expect(await git('fill', 'git.example.com')).toContain('password=t0ken\n')
    })
  })

  usual('a dry run shows all of it and changes nothing; without a terminal nothing is done', async () => {
    const { credbridge, git, read, own } = await openHome('unlocked')
    await credbridge('setup', 'git')
    await git('approve', 'git.example.com', signIn)
    const [config, files] = [read('.gitconfig'), own()]
    const { exitCode, stderr } = await credbridge('uninstall', '--dry-run')
    expect(exitCode).toBe(0)
    expect(stderr).toMatch(/^git +no longer ask .*git-credential-credbridge\n/m)
    expect(stderr).toMatch(/^only if you agree, move to the plain file .*\.git-credentials: alice at /m)
    expect(stderr).toMatch(/^remove .*\/state\/credbridge\/store$/m)
    expect(await credbridge('uninstall')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('hint: to go on without a question, add --yes\n'),
    })
    expect([read('.gitconfig'), own()]).toEqual([config, files])
  })

  thorough('a tool that cannot be undone keeps what it calls, and the next run finishes', async () => {
    const { credbridge, read, own, write, commands, folders } = await openHome('unlocked')
    await credbridge('setup', '--yes', '--only', 'git,docker')
    const config = read('.docker/config.json')
    write('.docker/config.json', '{ "credsStore": "credbridge" ')
    const { exitCode, stderr } = await credbridge('uninstall', '--yes')
    expect(exitCode).toBe(2)
    expect(stderr).toContain('left: docker still asks credbridge\n')
    expect(read('.gitconfig')).toBe(gitconfig)
    expect(existsSync(startedBy('docker-credential-credbridge', commands, folders.data))).toBe(true)
    write('.docker/config.json', config)
    expect(await credbridge('uninstall', '--yes')).toMatchObject({ exitCode: 0 })
    expect([read('.docker/config.json'), own()]).toEqual([dockerConfig, []])
  })

  thorough('a configuration that undo leaves alone still asks credbridge, which is said', async () => {
    const { credbridge, env, commands, write, home, folders } = await openHome('unlocked')
    await credbridge('setup', 'git')
    const helper = startedBy('git-credential-credbridge', commands, folders.data)
    write('system', `[credential]\n\thelper = ${helper}\n`)
    const asking = { ...env, GIT_CONFIG_SYSTEM: `${home}/system` }
    const outcome = await run(`${commands}/credbridge`, ['uninstall', '--yes'], { env: asking })
    expect(outcome).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('left: git still asks credbridge\n') })
    expect(existsSync(helper)).toBe(true)
  })

  thoroughly(needsPrograms('docker-credential-pass', 'pass', 'gpg'))(
    'where the store is the helper that docker goes on with',
    () => {
      thorough('the secret stays in it, and docker asks it', async () => {
        const { GNUPGHOME = '', PASSWORD_STORE_DIR = '' } = (await startPass(onTestFinished)).env
        const machine = { pointers: { GNUPGHOME, PASSWORD_STORE_DIR } }
        const { credbridge, docker, read, env } = await openHome('no-service', [], machine)
        await credbridge('use', 'helper:pass')
        await credbridge('setup', '--yes', '--only', 'docker')
        await docker('store', '{"ServerURL":"r.example.com:5000","Username":"bob","Secret":"d"}')
        const outcome = await credbridge('uninstall', '--yes')
        expect(outcome).toMatchObject({ exitCode: 0 })
        expect(JSON.parse(read('.docker/config.json'))).toMatchObject({ credsStore: 'pass' })
        const there = await run('docker-credential-pass', ['get'], { env, input: 'r.example.com:5000' })
        expect(JSON.parse(there.stdout)).toMatchObject({ Username: 'bob', Secret: 'd' })
      })
    },
  )

  usual('what can still be restored is no less kept than the rest', async () => {
    const { credbridge, set, own } = await openHome('no-service')
    await set('https://api.example.com', 'carol', 'x')
    await credbridge('remove', 'https://api.example.com')
    const { exitCode, stderr } = await credbridge('uninstall', '--yes')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('stays in the vault store: a removed secret that credbridge restore could bring back\n')
    expect(stderr).toContain('nothing is left to undo\nleft: 1 secret in the vault store\n')
    expect(own()).toEqual(['store', 'vault', 'vault.key'])
    await credbridge('restore', 'https://api.example.com')
    expect((await credbridge('get', 'https://api.example.com')).stdout).toBe('x\n')
  })

  // The native executable is no package.
  thoroughly(describe.skipIf(isStandalone))('if only the package is removed', () => {
    thorough('git hears how to finish, and installed again it is finished', async () => {
      const { env, commands, read, own } = await openHome('no-service')
      const installed = join(commands, 'node_modules', 'credbridge', 'dist')
      const install = () => cpSync(join(import.meta.dirname, '..', '..', 'dist'), installed, { recursive: true })
      const credbridge = (...words: string[]) =>
        run(process.execPath, [join(installed, 'credbridge.cjs'), ...words], { env })
      install()
      rmSync(join(commands, 'credbridge'))
      await credbridge('setup', 'git')
      rmSync(installed, { recursive: true })
      const asking = { ...env, GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '' }
      const input = 'url=https://git.example.com\n\n'
      const { stderr } = await run(join(commands, 'git'), ['credential', 'fill'], { env: asking, input })
      expect(stderr).toContain('hint: if it was removed, install it again, and run: credbridge uninstall\n')
      install()
      const done = await credbridge('uninstall', '--yes')
      expect(done).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('npm uninstall --global credbridge') })
      expect([read('.gitconfig'), own()]).toEqual([gitconfig, []])
    })
  })

  thorough('a locked keyring loses nothing', async () => {
    const { credbridge, git, list, lock } = await openHome('unlocked')
    await credbridge('setup', 'git')
    await git('approve', 'git.example.com', signIn)
    await lock()
    expect(await credbridge('uninstall', '--yes')).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('left: 1 secret in the secret-service store\n'),
    })
    expect(await list('secret-service')).toHaveLength(1)
  })
})
