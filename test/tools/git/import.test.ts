import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { gitPlainSecrets } from '../../../src/tools/git/import.ts'
import { machineGit } from '../../real/gits.ts'
import { needs } from '../../real/require.ts'
import { madeUp } from '../made-up-world.ts'

/* Lines as the real git-credential-store writes and reads them. */

const requests: readonly (readonly [key: string, request: Record<string, string>])[] = [
  ['https://git.example.com', { protocol: 'https', host: 'git.example.com' }],
  ['https://git.example.com:8443', { protocol: 'https', host: 'git.example.com:8443' }],
  ['http://[::1]:8080/a', { protocol: 'http', host: '[::1]:8080', path: 'a' }],
  ['https://git.example.com/@scope/a%20b', { protocol: 'https', host: 'git.example.com', path: '@scope/a b' }],
  ['https://git.example.com/100%25', { protocol: 'https', host: 'git.example.com', path: '100%' }],
]

needs('git', machineGit !== undefined)('git import', () => {
  const git = machineGit?.program ?? ''
  const asLines = (values: Record<string, string>) =>
    Object.entries(values)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('')
  const store = (file: string, verb: string, values: Record<string, string>) =>
    execFileSync(git, ['credential-store', `--file=${file}`, verb], { input: asLines(values), encoding: 'utf8' })

  test.each(requests)('%s is read, and written back', async (key, request) => {
    const { world, home, read } = madeUp()
    const file = join(home, '.git-credentials')
    const proof = { username: 'al:ice@x', password: 'p@/:%w=ä' }
    store(file, 'store', { ...request, ...proof })
    const line = read('.git-credentials')
    const { secrets } = await gitPlainSecrets.find(world, {})
    expect(
      secrets.map(({ credential: { endpoint, account, secret } }) => [endpoint.key, account, secret.expose()]),
    ).toEqual([[key, proof.username, proof.password]])
    const [secret] = secrets
    if (secret === undefined) throw new Error('unreachable')
    await secret.takeOut()
    expect(read('.git-credentials')).toBe('')
    await gitPlainSecrets.putBack?.(world, secret.trace ?? {}, secret.credential)
    expect(store(file, 'get', request)).toBe(asLines(proof))
    expect(read('.git-credentials')?.toLowerCase()).toBe(line?.toLowerCase())
  })
})

test('a folder that is not absolute is not looked into', async () => {
  const { world } = madeUp()
  const seen: string[] = []
  const files = { ...world.files, read: (path: string) => void seen.push(path) }
  for (const folder of ['', 'relative']) {
    await gitPlainSecrets.find({ ...world, files, env: { XDG_CONFIG_HOME: folder } }, {})
  }
  expect(seen.filter((path) => !path.startsWith(world.home))).toEqual([])
  expect(seen).toContain(join(world.home, '.config', 'git', 'credentials'))
})
