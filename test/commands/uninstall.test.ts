import { expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { hasKeyring, needs, needsPrograms } from '../real/require.ts'
import { dockerConfig, gitconfig, hasLibsecret, openHome } from './uninstall-world.ts'

const signIn = 'username=alice\npassword=t0ken\n'

needs('the build and a keyring', built && hasKeyring)('uninstall', () => {
  needs('git-credential-libsecret', hasLibsecret)('where git has a keychain helper', () => {
    needsPrograms('docker-credential-secretservice', 'python3')('and docker, too', () => {
      const open = () => openHome('unlocked', 'git-credential-libsecret', 'docker-credential-secretservice')

      test('moves what is kept there, undoes every setup to the byte, and leaves no file', async () => {
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
    })
  })
})
