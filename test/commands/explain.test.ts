import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, usual } from '../real/depth.ts'
import { needs } from '../real/require.ts'
import type { Outcome } from '../real/run.ts'
import { at, start, type VaultWorld } from './vault-world.ts'

/* `credbridge explain`, by the built commands: what it says is what the clients' own commands answer. */

const secrets = ['s3cret-ann', 's3cret-bob', 'tok3n']

const set = (world: VaultWorld, secret: string, ...words: readonly string[]) =>
  world.run('credbridge', ['set', ...words], { input: secret })

const message = (...lines: readonly string[]) => `protocol=https\nhost=git.example.com\n${lines.join('\n')}\n\n`
const git = (world: VaultWorld, verb: string, ...lines: readonly string[]) =>
  world.run('git-credential-credbridge', [verb], { input: message(...lines) })

async function explain(world: VaultWorld, ...words: readonly string[]): Promise<Outcome> {
  const outcome = await world.credbridge('explain', ...words)
  for (const secret of secrets) expect(outcome.stdout + outcome.stderr).not.toContain(secret)
  return outcome
}

interface Told {
  readonly tool: string
  readonly found: boolean
  readonly gets?: { readonly account: string; readonly owner: string }
}

async function told(world: VaultWorld, ...words: readonly string[]): Promise<readonly Told[]> {
  return JSON.parse((await explain(world, ...words, '--json')).stdout).tools
}

needs('the build (npm run build)', built)('built', () => {
  thorough('says what every tool gets exactly as its own command answers', async () => {
    const world = await start()
    await set(world, 's3cret-ann', at, 'ann')
    await git(world, 'store', 'username=bob', 'password=s3cret-bob')
    const answers: Readonly<Record<string, () => Promise<Outcome>>> = {
      git: () => git(world, 'get'),
      docker: () => world.run('docker-credential-credbridge', ['get'], { input: 'git.example.com' }),
      containers: () => world.run('docker-credential-credbridge-containers', ['get'], { input: 'git.example.com' }),
      python: () => world.run('credbridge-keyring', ['--mode', 'creds', 'get', at, '']),
      bazel: () => world.run('credbridge-bazel', ['get'], { input: JSON.stringify({ uri: `${at}/` }) }),
      go: () => world.run('credbridge-go', [`${at}/`]),
      terraform: () => world.run('terraform-credentials-credbridge', ['get', 'git.example.com']),
      pnpm: () => world.run('credbridge-pnpm', [at]),
      yarn: () => world.run('credbridge-yarn', [at]),
      netrc: () => world.credbridge('netrc', at),
      person: () => world.credbridge('get', at),
    }
    const agree = async () => {
      const explained = await told(world, at)
      for (const [tool, ask] of Object.entries(answers)) {
        const { stdout } = await ask()
        const decoded = stdout + Buffer.from(/Basic ([\w+/=]+)/.exec(stdout)?.[1] ?? '', 'base64').toString()
        const account = ['ann', 'bob'].find((name) => decoded.includes(`s3cret-${name}`))
        expect([tool, explained.find((one) => one.tool === tool)?.gets?.account]).toEqual([tool, account])
      }
    }
    await agree()
    await world.credbridge('default', at, 'ann')
    await agree()
    await git(world, 'erase', 'username=ann', 'password=s3cret-ann')
    await world.credbridge('share', at, 'ann', '--with', 'pnpm')
    await agree()
  })

  usual('why git gets nothing: refused at that time, with the commands that change it', async () => {
    const world = await start()
    await set(world, 's3cret-ann', at, 'ann')
    await git(world, 'erase', 'username=ann', 'password=s3cret-ann')
    const { stdout, exitCode } = await explain(world, at, '--tool', 'git')
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^git gets nothing: refused by the server \d\d:\d\d; git no longer gets it\n/)
    expect(stdout).toContain(`    to change that: credbridge restore ${at} ann\n`)
    expect(stdout).toContain(`    to change that: credbridge set ${at} ann\n`)
    await world.credbridge('restore', at, 'ann')
    expect(await explain(world, at, '--tool', 'git')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('git gets ann, saved by a person, in vault: it is the only one that fits\n'),
    })
  })

  usual('what git saved and a server refused is removed, and named with its way back', async () => {
    const world = await start()
    await git(world, 'store', 'username=bob', 'password=s3cret-bob')
    await git(world, 'erase', 'username=bob', 'password=s3cret-bob')
    const { stdout, exitCode } = await explain(world, at, '--tool', 'git')
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/\nbob, saved by git: refused by the server and removed \d\d:\d\d\n/)
    expect(stdout).toContain(`  to change that: credbridge restore ${at} bob\n`)
  })

  usual('two accounts: which is the default decides, and each other has its command', async () => {
    const world = await start()
    await set(world, 's3cret-bob', at, 'bob')
    await set(world, 's3cret-ann', at, 'ann')
    const { stdout } = await explain(world, at, '--tool', 'docker')
    expect(stdout).toContain('docker gets ann, saved by a person, in vault: it is the default account\n')
    expect(stdout).toContain(`  not bob, saved by a person: ann is the default account\n`)
    expect(stdout).toContain(`    to change that: credbridge default ${at} bob\n`)
    expect(stdout).toContain(`ann is the default at ${at}\n  to change that: credbridge default --unset ${at}\n`)
    await world.credbridge('default', at, '--unset')
    const without = await explain(world, at, '--tool', 'docker')
    expect(without.exitCode).toBe(1)
    expect(without.stdout).toContain(`  to change that: credbridge default ${at} ann\n`)
    expect((await explain(world, at, 'ann', '--tool', 'git')).stdout).toContain('the request names its user\n')
  })

  usual('what must be shared says how, a kind that cannot be carried says so', async () => {
    const world = await start()
    await set(world, 'tok3n', 'https://npm.example.com', '--kind', 'bearer')
    const npm = await explain(world, 'https://npm.example.com/team', '--tool', 'npm')
    expect(npm.exitCode).toBe(1)
    expect(npm.stdout).toContain("    to change that: credbridge share --with npm https://npm.example.com ''\n")
    expect(npm.stdout).toContain('it also looks at https://npm.example.com\n')
    const docker = await explain(world, 'https://npm.example.com', '--tool', 'docker')
    expect(docker.stdout).toContain('docker cannot use the kind bearer')
  })

  thorough('an alias, another scheme, a later store and nothing at all', async () => {
    const world = await start()
    world.settings('[aliases]\n"ghcr.example.com" = "git.example.com"\n')
    await set(world, 's3cret-ann', at, 'ann')
    const alias = await explain(world, 'https://ghcr.example.com', '--tool', 'docker')
    expect(alias).toMatchObject({ exitCode: 0 })
    expect(alias.stdout).toContain(`gets ann, saved by a person at ${at}, in vault`)
    expect(alias.stdout).toContain('lookups for ghcr.example.com go on at git.example.com, by [aliases] in ')
    const http = await explain(world, 'http://git.example.com')
    expect(http).toMatchObject({ exitCode: 1 })
    expect(http.stdout).toContain(`not the same endpoint: ${at} has ann, saved by a person\n`)
    const nothing = await explain(world, 'https://nobody.example.com')
    expect(nothing).toMatchObject({ exitCode: 1, stderr: '' })
    expect(nothing.stdout).toContain('nothing is kept for https://nobody.example.com: credbridge set https://nobody')
  })

  thorough('pip looks at names, too: no place is named twice', async () => {
    const world = await start()
    await set(world, 's3cret-ann', 'https://pip.example.com/simple', 'ann')
    const { stdout } = await explain(world, 'https://pip.example.com/simple', '--tool', 'pip')
    expect(stdout).toContain('\n  it also looks at https://pip.example.com, pip.example.com\n')
  })

  thorough(
    'every tool with something to say has one line, and one that does not ask us is named with its setup',
    async () => {
      const world = await start()
      await set(world, 's3cret-ann', at, 'ann')
      const { stdout } = await explain(world, at)
      const lines = stdout.split('\n')
      expect(lines[0]).toBe(`${at}: ann, saved by a person, kind basic, in vault`)
      for (const tool of ['git', 'docker', 'npm', 'you'])
        expect(lines.filter((line) => line.startsWith(`  ${tool} `))).toHaveLength(1)
      expect(stdout).toContain('git does not ask credbridge\n  to change that: credbridge setup git\n')
    },
  )

  thorough(
    'another helper that is asked first, and a plain secret for this endpoint, are named with the way out',
    async () => {
      const world = await start()
      const home = world.env['HOME'] ?? ''
      const write = (name: string, text: string) => {
        mkdirSync(dirname(join(home, name)), { recursive: true })
        writeFileSync(join(home, name), text, { mode: 0o600 })
      }
      write(
        '.gitconfig',
        '[credential]\n\thelper = store\n[credential "https://hub.example.com"]\n\thelper =\n\thelper = !gh x\n',
      )
      write('.git-credentials', 'https://bob:s3cret-bob@git.example.com\nhttps://eve:e@other.example.com\n')
      write('.docker/config.json', '{"credHelpers":{"git.example.com":"desktop","r.example.com":"credbridge"}}\n')
      await world.credbridge('setup', 'git', '--no-prove')
      const { stdout } = await explain(world, at)
      expect(stdout).toContain('\ngit asks store before credbridge\n  to change that: credbridge setup git --only\n')
      expect(stdout).toContain(
        `\ngit: a plain secret of bob at ${at} lies in ~/.git-credentials, line 1, and may be used first\n` +
          '  to change that: credbridge setup git --only && credbridge import git\n',
      )
      expect(stdout).toContain(
        '\ndocker asks desktop for git.example.com, and not credbridge\n' +
          '  to change that: credbridge setup docker --registry git.example.com --replace\n',
      )
      expect(stdout).not.toContain('eve')
      expect((await explain(world, 'https://r.example.com')).stdout).not.toContain('docker asks')
      const docker = await explain(world, at, '--tool', 'docker')
      expect(docker.stdout).not.toContain('bob')
      const hub = await explain(world, 'https://hub.example.com', '--tool', 'git')
      expect(
        hub.stdout.split('for https://hub.example.com git asks only: !gh …\n  to change that: git config'),
      ).toHaveLength(2)
      const decided = JSON.parse((await explain(world, at, '--json')).stdout).decided
      expect(decided).toContainEqual({
        what: 'elsewhere',
        says: 'git asks store before credbridge',
        change: 'credbridge setup git --only',
      })
      await world.credbridge('setup', 'git', '--only', '--no-prove')
      await world.credbridge('import', 'git', '--yes')
      await world.credbridge('setup', 'docker', '--registry', 'git.example.com', '--replace', '--no-prove')
      const after = await explain(world, at)
      for (const gone of ['asks store', 'plain secret', 'asks desktop']) expect(after.stdout).not.toContain(gone)
    },
  )

  thorough('an explanation leaves everything as it was, and a store that fails is a failure', async () => {
    const world = await start()
    await set(world, 's3cret-ann', at, 'ann')
    const before = (await world.credbridge('list', '--json')).stdout
    await explain(world, at)
    expect((await world.credbridge('list', '--json')).stdout).toBe(before)
    const more = { CREDBRIDGE_STORE: 'secret-service' }
    const broken = await world.run('credbridge', ['explain', at, '--tool', 'git'], { more })
    expect(broken).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('session bus cannot be reached') })
  })

  thorough('an unknown tool is a usage error, and names of strangers move no cursor', async () => {
    const world = await start()
    expect(await world.credbridge('explain', at, '--tool', 'nothing')).toMatchObject({ exitCode: 2 })
    await set(world, 's3cret-ann', at, 'a\u001b[31mn')
    expect((await explain(world, at)).stdout).not.toContain('\u001b')
  })

  thorough('a tool that is not installed is not to be set up', async () => {
    const world = await start()
    await set(world, 's3cret-ann', at, 'ann')
    const more = { PATH: `${world.session.folder}/commands` }
    const explained = (...words: readonly string[]) => world.run('credbridge', ['explain', at, ...words], { more })
    expect((await explained()).stdout).not.toMatch(/(helm|git) does not ask/)
    const { stdout } = await explained('--tool', 'helm')
    expect(stdout).toContain('\nhelm is not installed\n')
    expect(stdout).not.toContain('credbridge setup helm')
  })
})
