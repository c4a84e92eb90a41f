import { expect } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, usual } from '../real/depth.ts'
import { needs } from '../real/require.ts'
import { startProviderWorld } from './sign-in-world.ts'

/* After one sign-in every tool has the token, and after the sign-out none. */

needs('the build (npm run build)', built)('built', () => {
  usual('git, docker and python get the token; npm gets it when it is shared', async () => {
    const world = await startProviderWorld()
    const { issuer } = world.provider
    const host = new URL(issuer).host
    const { stderr } = await world.login({ account: 'ann' })
    expect(stderr).toMatch(/\nused by .*netrc.* now\n/)
    expect(stderr).toMatch(/\nhint: credbridge setup git docker /)
    expect(stderr).toContain(`\nhint: credbridge share --with npm ${issuer} ann\n`)
    const token = (await world.credbridge('get', issuer)).stdout.trim()
    expect(await world.provider.isValid(token)).toBe(true)
    const asGit = () => world.run('git-credential-credbridge', ['get'], { input: `protocol=http\nhost=${host}\n\n` })
    expect((await asGit()).stdout).toContain(`username=ann\npassword=${token}\n`)
    expect((await asGit()).stdout).not.toContain('refresh')
    const asDocker = await world.run('docker-credential-credbridge', ['get'], { input: issuer })
    expect(JSON.parse(asDocker.stdout)).toMatchObject({ Username: 'ann', Secret: token })
    await world.credbridge('logout', issuer)
    expect((await asGit()).stdout).toBe('')
  })

  thorough('a login at the same account again replaces the former one, for every tool', async () => {
    const world = await startProviderWorld()
    const { issuer } = world.provider
    await world.login({ account: 'ann' })
    const first = (await world.credbridge('get', issuer)).stdout
    await world.login({ account: 'ann' })
    const second = (await world.credbridge('get', issuer)).stdout
    expect(second).not.toBe(first)
    expect(JSON.parse((await world.credbridge('list', '--json')).stdout)).toHaveLength(1)
  })
})
