import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs } from '../real/require.ts'
import { startWithFewClients as start, type VaultWorld } from './vault-world.ts'

/*
 * `credbridge doctor --report` and the trace, in a home where every name and every secret has one of these marks.
 */

const secret = 'zqsecretzq'
const host = 'zqhostzq'
const account = 'zqaccountzq'
const user = 'zquserzq'
const at = `https://${host}.example.com:8443/${host}`

const marks = [secret, host, account, user]

const files: Readonly<Record<string, string>> = {
  '.git-credentials': `https://${account}:${secret}@${host}.example.com\n`,
  '.gitconfig': `[credential]\n\thelper = store\n[credential "https://${host}.example.com"]\n\thelper =\n\thelper = ${user}-helper\n[user]\n\tname = ${user}\n`,
  '.docker/config.json': JSON.stringify({
    auths: { [`${host}.example.com`]: { auth: Buffer.from(`${account}:${secret}`).toString('base64') } },
    credHelpers: { [`other.${host}.example.com`]: user },
  }),
  '.npmrc': `//${host}.example.com/:_authToken=${secret}\nregistry=https://${host}.example.com/\n`,
  '.yarnrc.yml': `npmRegistries:\n  "https://${host}.example.com":\n    npmAuthToken: ${secret}\n`,
  '.pypirc': `[distutils]\nindex-servers = ${host}\n[${host}]\nrepository = https://${host}.example.com\nusername = ${account}\npassword = ${secret}\n`,
  '.netrc': `machine ${host}.example.com login ${account} password ${secret}\n`,
  '.cargo/config.toml': `[registries.${host}]\nindex = "sparse+https://${host}.example.com/"\ntoken = "${secret}"\n`,
  '.aws/credentials': `[${account}]\naws_access_key_id = AK${account}\naws_secret_access_key = ${secret}\n`,
  '.kube/config': `apiVersion: v1\nkind: Config\nclusters: [{name: ${host}, cluster: {server: "https://${host}.example.com"}}]\nusers: [{name: ${account}, user: {token: ${secret}}}]\ncontexts: [{name: c, context: {cluster: ${host}, user: ${account}}}]\ncurrent-context: c\n`,
  '.terraform.d/credentials.tfrc.json': JSON.stringify({ credentials: { [`${host}.example.com`]: { token: secret } } }),
  '.config/pip/pip.conf': `[global]\nindex-url = https://${account}:${secret}@${host}.example.com/simple\n`,
}

/** A home of this user, full of marks, with a trace of all that happens in it. */
async function marked(): Promise<{ world: VaultWorld; trace: string; more: Record<string, string> }> {
  const world = await start()
  const home = join(world.session.folder, user)
  const trace = join(world.session.folder, 'trace')
  const more = {
    HOME: home,
    USER: user,
    LOGNAME: user,
    XDG_CONFIG_HOME: join(home, '.config'),
    DOCKER_CONFIG: join(home, '.docker'),
    CREDBRIDGE_TRACE: trace,
  }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(home, dirname(name)), { recursive: true })
    writeFileSync(join(home, name), text)
    chmodSync(join(home, name), 0o600)
  }
  mkdirSync(join(home, '.config', 'credbridge'), { recursive: true })
  writeFileSync(
    join(home, '.config', 'credbridge', 'config.toml'),
    `${user} = 1\n[aliases]\n"${host}.example.com" = "b.${host}.example.com"\n[git]\ntoken-user = "${account}"\n[cargo.authorization]\n"${host}.example.com" = "basic"\n`,
  )
  const run = (command: string, words: readonly string[], input = '') => world.run(command, words, { input, more })
  await run('credbridge', ['set', at, account], secret)
  await run('credbridge', ['set', '--service', host, account], secret)
  await run('credbridge', ['set', `http://${host}.example.com`, '--kind', 'bearer'], secret)
  const sent = `protocol=https\nhost=${host}.example.com\nusername=${account}\npassword=${secret}\n\n`
  for (const verb of ['store', 'get', 'erase', 'store']) await run('git-credential-credbridge', [verb], sent)
  const login = { ServerURL: `${host}.example.com`, Username: account, Secret: `${secret}2` }
  await run('docker-credential-credbridge', ['store'], JSON.stringify(login))
  await run('credbridge-keyring', ['get', `https://${host}.example.com`, account])
  await run('credbridge', ['default', at, account])
  return { world, trace, more }
}

needs('the build (npm run build)', built)('built', () => {
  test('no secret, host, account, home or user name is in the report, and no secret in the trace', async () => {
    const { world, trace, more } = await marked()
    const plain = await world.run('credbridge', ['doctor'], { more })
    expect(plain.stdout).toContain(host)
    const { stdout, stderr, exitCode } = await world.run('credbridge', ['doctor', '--report'], { more })
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: plain.exitCode })
    for (const mark of [...marks, 'example.com', world.session.folder, '8443']) expect(stdout).not.toContain(mark)
    expect(stdout).toMatch(/^credbridge \S+, (native|\S+ [\d.]+), linux \w+ [\d.]+\n/)
    expect(stdout).toContain(
      '; aliases: 1; git.token-user; secret-service.session = plain; cargo.authorization; unknown keys: 1\n',
    )
    expect(stdout).toMatch(/^environment: set are CREDBRIDGE_STORE, .*DOCKER_CONFIG/m)
    expect(stdout).toMatch(
      /^kept: endpoint-\d \(https, with a port, with a path\), account-\d, saved by person, basic, /m,
    )
    expect(stdout).toMatch(/^kept: service-1, account-1, /m)
    expect(stdout).toMatch(/^kept: endpoint-\d \(http\), no user name, saved by person, bearer, in vault$/m)
    expect(stdout).toMatch(/^\d+ wrong, \d+ notes?, \d+ ok, \d+ skipped\n$/m)
    for (const words of [['list'], ['explain', at, '--tool', 'git'], ['doctor'], ['import', 'git', '--dry-run']])
      await world.run('credbridge', words, { more })
    expect(existsSync(trace)).toBe(true)
    expect(readFileSync(trace, 'utf8')).toContain(' command explain')
    expect(readFileSync(trace, 'utf8')).not.toContain(secret)
  })

  test('the same name has the same stand-in in every line, and a fix keeps its form', async () => {
    const world = await start()
    await world.run('credbridge', ['set', at, account], { input: secret })
    const [, rest] = at.split('://')
    const [name, path] = [rest?.split('/')[0], rest?.split('/')[1]]
    const refused = `protocol=https\nhost=${name}\npath=${path}\nusername=${account}\npassword=${secret}\n\n`
    await world.run('git-credential-credbridge', ['erase'], { input: refused })
    const { stdout } = await world.credbridge('doctor', '--report')
    expect(stdout).toContain(
      'note    refused: account-1 at endpoint-1: refused by the server …; git no longer gets it\n',
    )
    expect(stdout).toContain('        fix: credbridge restore endpoint-1 account-1\n')
  })
})
