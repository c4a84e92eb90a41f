import { execFileSync } from 'node:child_process'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runIn } from '../../../src/system/child.ts'
import { gitPlainSecrets } from '../../../src/tools/git/import.ts'
import { machineGit } from '../../real/gits.ts'
import { needs } from '../../real/require.ts'
import { madeUp } from '../made-up-world.ts'

/* Lines as the real git-credential-store writes and reads them. */

const requests: readonly (readonly [key: string, request: Record<string, string>])[] = [
  ['https://git.example.com', { protocol: 'https', host: 'git.example.com' }],
  ['https://git.example.com:8443', { protocol: 'https', host: 'git.example.com:8443' }],
  ['http://[::1]:8080', { protocol: 'http', host: '[::1]:8080', path: 'a' }],
  ['https://git.example.com', { protocol: 'https', host: 'git.example.com', path: '@scope/a b' }],
  ['https://git.example.com', { protocol: 'https', host: 'git.example.com', path: '100%' }],
  ['https://paths.example.com/@scope/a%20b', { protocol: 'https', host: 'paths.example.com', path: '@scope/a b' }],
  ['https://paths.example.com/100%25', { protocol: 'https', host: 'paths.example.com', path: '100%' }],
  ['ssh://git.example.com/a', { protocol: 'ssh', host: 'git.example.com', path: 'a' }],
]

needs('git', machineGit !== undefined)('git import', () => {
  const git = machineGit?.program ?? ''
  const asLines = (values: Record<string, string>) =>
    Object.entries(values)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('')
  const store = (file: string, verb: string, values: Record<string, string>, ...config: string[]) =>
    execFileSync(git, [...config, 'credential-store', `--file=${file}`, verb], {
      input: asLines(values),
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    })

  /** A home in which git asks with paths at one server. */
  function withGit() {
    const made = madeUp()
    const env = { PATH: '/usr/bin:/bin', HOME: made.home, GIT_CONFIG_NOSYSTEM: '1' }
    made.put('.gitconfig', '[credential "https://paths.example.com"]\n\tuseHttpPath = yes\n')
    const world = { ...made.world, program: () => git, run: runIn(env) }
    return { ...made, world, file: join(made.home, '.git-credentials') }
  }

  test.each([
    ['libsecret', 'libsecret'],
    ['/usr/lib/git-core/git-credential-libsecret', 'libsecret'],
    ['C:/Program\\ Files/Git/mingw64/bin/git-credential-manager.exe', 'gcm'],
    ['store', undefined],
    ['!gh auth git-credential', undefined],
  ])('git asks %s, whose items %s names', async (helper, name) => {
    const { world, put } = withGit()
    put('.gitconfig', `[credential]\n\thelper = ${helper.replaceAll('\\', '\\\\')}\n`)
    const { remarks } = await gitPlainSecrets.find(world, {})
    const told = name === undefined ? [] : [expect.stringMatching(new RegExp(`: credbridge import --from ${name}$`))]
    expect(remarks).toEqual(told)
  })

  test.each(requests)('%s is imported as git asks for it, and put back unchanged', async (key, request) => {
    const { world, file, read } = withGit()
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

  const [alice, bob] = [
    { protocol: 'https', host: 'a.example.com', username: 'alice', password: 'a' },
    { protocol: 'https', host: 'b.example.com', username: 'bob', password: 'b' },
  ]

  test('waits while git writes, and then loses nothing of what git wrote', async () => {
    const { world, file, read } = withGit()
    store(file, 'store', alice)
    const { secrets } = await gitPlainSecrets.find(world, {})
    // As git does: the new content into its lock, which then takes the place of the file.
    const whole = `${read('.git-credentials')}https://bob:b@b.example.com\n`
    writeFileSync(`${file}.lock`, whole, { flag: 'wx' })
    let isDone = false
    const taking = Promise.resolve(secrets[0]?.takeOut()).then(() => {
      isDone = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect([isDone, read('.git-credentials')]).toEqual([false, 'https://alice:a@a.example.com\n'])
    renameSync(`${file}.lock`, file)
    await taking
    expect(read('.git-credentials')).toBe('https://bob:b@b.example.com\n')
  })

  test('keeps git out while it writes', async () => {
    const { world, file } = withGit()
    store(file, 'store', alice)
    const atOnce = ['-c', 'credentialStore.lockTimeoutMS=0']
    await world.files.whileLocked(file, () => {
      expect(() => store(file, 'store', bob, ...atOnce)).toThrow('lock')
    })
    store(file, 'store', bob, ...atOnce)
    expect(store(file, 'get', { protocol: 'https', host: 'b.example.com' })).toBe('username=bob\npassword=b\n')
  })

  test('takes its lines out while git stores others, and none is lost', async () => {
    const { world, file, read } = withGit()
    const names = Array.from({ length: 30 }, (_, index) => index)
    for (const name of names) store(file, 'store', { ...alice, host: `old-${name}.example.com` })
    const { secrets } = await gitPlainSecrets.find(world, {})
    const storing = names.map((name) =>
      runIn({ PATH: '/usr/bin:/bin', HOME: world.home })(
        git,
        ['-c', 'credentialStore.lockTimeoutMS=20000', 'credential-store', `--file=${file}`, 'store'],
        { input: asLines({ ...bob, host: `new-${name}.example.com` }), limit: 60_000 },
      ),
    )
    for (const secret of secrets) await secret.takeOut()
    for (const { exitCode, stderr } of await Promise.all(storing)) expect([exitCode, stderr]).toEqual([0, ''])
    const lines = read('.git-credentials')
      ?.split('\n')
      .filter((line) => line !== '')
    expect(lines?.toSorted()).toEqual(names.map((name) => `https://bob:b@new-${name}.example.com`).sort())
  })
})

test('a relative XDG_CONFIG_HOME is ignored', async () => {
  const { world } = madeUp()
  const seen: string[] = []
  const files = { ...world.files, read: (path: string) => void seen.push(path) }
  for (const folder of ['', 'relative']) {
    await gitPlainSecrets.find({ ...world, files, env: { XDG_CONFIG_HOME: folder } }, {})
  }
  expect(seen.filter((path) => !path.startsWith(world.home))).toEqual([])
  expect(seen).toContain(join(world.home, '.config', 'git', 'credentials'))
})
