import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, usual } from '../real/depth.ts'
import { basic, startGitServer } from '../real/git-server.ts'
import { type Git, machineGit, newerGit } from '../real/gits.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { openGitWorld } from './git-world.ts'

const ann = { user: 'ann', password: ' p@ss=wörd:%41"\\' }
const bob = { user: 'bob@example.com', password: 'b' }
const header = ({ user, password }: typeof ann) => basic(user, password)

needsPrograms('dbus-daemon', 'gnome-keyring-daemon')('a keyring', () => {
  needs('the build (npm run build)', built)('git', () => {
    needs('git', machineGit !== undefined)("the machine's", () => signIn(machineGit as Git))
    needs('a newer git (.ci/gits)', newerGit !== undefined)('a newer one', () => signIn(newerGit as Git))
  })
})

function signIn(git: Git): void {
  usual(`${git.name}: the first clone asks, the next one and a push do not`, async () => {
    const world = await openGitWorld(git)
    const { server } = world
    const url = server.repository('team/project.git')
    server.accept(header(ann), 'ann')

    expect(await world.git(['clone', url, 'one'], ann)).toMatchObject({ exitCode: 0 })
    expect(world.asked()).toEqual([
      `Username for '${server.origin}': `,
      `Password for '${server.origin.replace('//', '//ann@')}': `,
    ])
    await world.commit('one')
    expect(await world.git(['-C', 'one', 'push', 'origin', 'HEAD:main'])).toMatchObject({ exitCode: 0 })
    expect(await world.git(['clone', url, 'two'])).toMatchObject({ exitCode: 0 })
    expect(existsSync(join(world.work, 'two', 'file'))).toBe(true)

    expect(world.asked()).toEqual([])
    expect(world.tried()).toEqual([header(ann)])
    expect((await world.credbridge(['list'])).stdout).toContain(server.origin)
  })

  thorough(`${git.name}: a wrong password is not kept, and the right one is asked for`, async () => {
    const world = await openGitWorld(git)
    const { server } = world
    const url = server.repository('r.git')
    server.accept(header(ann), 'ann')

    const refused = await world.git(['clone', url, 'one'], { ...ann, password: 'wrong' })
    expect(refused.stderr).toContain('Authentication failed')
    expect(await world.kept()).toBe('')
    expect(await world.git(['clone', url, 'one'], ann)).toMatchObject({ exitCode: 0 })
    expect(await world.kept()).toBe(`username=ann\npassword=${ann.password}\n`)
  })

  usual(`${git.name}: a password that the server no longer takes is forgotten, and can be restored`, async () => {
    const world = await openGitWorld(git)
    const { server } = world
    const url = server.repository('r.git')
    server.accept(header(ann), 'ann')
    await world.git(['clone', url, 'one'], ann)
    server.expire(header(ann))

    expect((await world.git(['-C', 'one', 'fetch'])).stderr).toContain('Authentication failed')
    expect(await world.kept()).toBe('')
    server.accept(header(ann), 'ann')
    expect(await world.credbridge(['restore', server.origin])).toMatchObject({ exitCode: 0 })
    world.asked()
    expect(await world.git(['-C', 'one', 'fetch'])).toMatchObject({ exitCode: 0 })
    expect(world.asked()).toEqual([])
  })

  thorough(`${git.name}: a server that says "forbidden" takes nothing away`, async () => {
    const world = await openGitWorld(git)
    const { server } = world
    const url = server.repository('r.git')
    server.accept(header(ann), 'ann')
    await world.git(['clone', url, 'one'], ann)
    server.forbid(header(ann))

    expect((await world.git(['-C', 'one', 'fetch'])).stderr).toContain('403')
    expect(await world.kept()).toBe(`username=ann\npassword=${ann.password}\n`)
  })

  thorough(`${git.name}: two accounts at one host, named in the URL`, async () => {
    const world = await openGitWorld(git)
    const { server } = world
    server.repository('r.git')
    for (const person of [ann, bob]) server.accept(header(person), person.user)
    const url = ({ user }: typeof ann) => `${server.origin.replace('//', `//${encodeURIComponent(user)}@`)}/r.git`

    await world.git(['clone', url(ann), 'anns'], ann)
    await world.git(['clone', url(bob), 'bobs'], bob)
    expect(world.asked()).toHaveLength(2) // The passwords only: the users were named.
    for (const [person, clone] of [
      [ann, 'anns'],
      [bob, 'bobs'],
      [ann, 'anns'],
    ] as const) {
      world.tried()
      expect(await world.git(['-C', clone, 'fetch'])).toMatchObject({ exitCode: 0 })
      expect(world.tried()).toEqual([header(person)])
    }
    expect(world.asked()).toEqual([])
    expect(await world.kept('ann')).toBe(`username=ann\npassword=${ann.password}\n`)
    expect(await world.kept('nobody')).toBe('')
  })

  thorough(`${git.name}: another port of the same host is told nothing`, async () => {
    const world = await openGitWorld(git)
    const other = await startGitServer(git, onTestFinished)
    world.server.accept(header(ann), 'ann')
    await world.git(['clone', world.server.repository('r.git'), 'one'], ann)
    expect(await world.kept()).toBe(`username=ann\npassword=${ann.password}\n`)
    world.asked()

    const refused = await world.git(['clone', other.repository('r.git'), 'two'])
    expect(refused.exitCode).not.toBe(0)
    expect(world.asked()).not.toEqual([])
    expect(other.seen).not.toContain(header(ann))
  })

  thorough(`${git.name}: with credential.useHttpPath, each repository has its own`, async () => {
    const world = await openGitWorld(git, { 'credential.useHttpPath': 'true' })
    const { server } = world
    const urls = { ann: server.repository('a.git'), bob: server.repository('b.git') }
    for (const person of [ann, bob]) server.accept(header(person), person.user)
    await world.git(['clone', urls.ann, 'anns'], ann)
    await world.git(['clone', urls.bob, 'bobs'], bob)
    expect(world.asked()).toHaveLength(4)
    for (const [person, clone] of [
      [ann, 'anns'],
      [bob, 'bobs'],
    ] as const) {
      world.tried()
      await world.git(['-C', clone, 'fetch'])
      expect(world.tried()).toEqual([header(person)])
    }
    expect(world.asked()).toEqual([])
  })

  thorough(`${git.name}: ten fetches at once all sign in`, async () => {
    const world = await openGitWorld(git)
    const { server } = world
    const url = server.repository('r.git')
    server.accept(header(ann), 'ann')
    await world.git(['ls-remote', url], ann)
    world.asked()
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => world.git(['ls-remote', url])))
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual(Array.from({ length: 10 }, () => 0))
    expect(world.asked()).toEqual([])
    expect(await world.kept()).toBe(`username=ann\npassword=${ann.password}\n`)
  })
}
