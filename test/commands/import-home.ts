import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { installCommands } from '../real/commands.ts'
import { kubectls } from '../real/kubectl.ts'
import { programOnPath } from '../real/require.ts'
import { type Outcome, run } from '../real/run.ts'
import { type Answer, onTerminal } from '../real/typing.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** Dotfiles as people have them, with comments, odd spacing and things that are no secret. */
export const dotfiles: Readonly<Record<string, string>> = {
  '.git-credentials': [
    'https://bob:hush-git-1@git.example.com/team/app',
    'https://bob:hush-git-2@git.example.com/team/other',
    '# no line of git',
    'https://carol:hush-git-3@git.example.com%3a8443',
    '',
  ].join('\n'),
  '.config/git/credentials': 'https://dave:hush-git-4@xdg.example.com', // without a line end
  '.docker/config.json': `{\n\t"auths": {\n\t\t"docker.example.com": {\n\t\t\t"auth": "${base64('bob:hush-docker')}"\n\t\t}\n\t},\n  "psFormat" : "table"\n}`,
  '.config/containers/auth.json': `{"auths":{"quay.example.com":{"auth":"${base64('bob:hush-podman')}"}}}\n`,
  '.config/helm/registry/config.json': `{ "auths": { "charts.example.com": { "auth": "${base64('bob:hush-helm')}" } } }\n`,
  '.npmrc': [
    '; work',
    '//npm.example.com/:_authToken = hush-npm-1',
    'registry=https://npm.example.com/',
    '',
    '//old.example.com/:username=bob',
    `//old.example.com/:_password=${base64('hush-npm-2')}`,
    'fund=false\r',
    '',
  ].join('\n'),
  '.config/pnpm/auth.ini': '//pnpm.example.com/:_authToken=hush-pnpm\n',
  '.yarnrc.yml':
    '# mine\nnpmRegistries:\n  "https://yarn.example.com":\n    npmAuthToken: "hush-yarn" # old\n\nenableTelemetry: false\n',
  '.bunfig.toml':
    '# mine\n[install.scopes]\nteam = { token = "hush-bun", url = "https://bun.example.com/npm/" } # team\n',
  '.pypirc':
    '[distutils]\nindex-servers =\n    mine\n\n[mine]\nrepository: https://upload.example.com/\nusername = bob\npassword   =   hush-pypirc\n# the end\n',
  '.config/pip/pip.conf':
    '[global]\n# ours first\nindex-url = https://bob:hush-pip@pip.example.com/simple ; no\nextra-index-url =\n    https://bob:hush-pip@pip.example.com/simple\n',
  '.config/uv/uv.toml': '# uv\nindex-url = "https://bob:hush-uv@uv.example.com/simple"\n',
  '.local/share/uv/credentials/credentials.toml':
    '# by uv\n[[credential]]\nservice = "https://auth.example.com"\nusername = "bob"\nscheme = "basic"\npassword = "hush-uv-auth"\n',
  '.local/share/uv/credentials/credentials.toml.lock': '', // which uv leaves
  '.local/share/python_keyring/keyring_pass.cfg': `[alt_2Eexample]\nbob = \n\t${base64('hush-alt')}\n\n`,
  '.cargo/config.toml': '[registries.mine]\nindex = "sparse+https://cargo.example.com/index/"\n',
  '.cargo/credentials.toml': '# cargo\n[registries.mine]\ntoken = "hush-cargo"\n\n',
  '.kube/config': [
    'apiVersion: v1',
    'kind: Config',
    '# one cluster',
    'clusters:',
    '  - name: c',
    '    cluster: {server: "https://kube.example.com:6443"}',
    'contexts:',
    '  - {name: c, context: {cluster: c, user: bob}}',
    'current-context: c',
    'users:',
    '  - name: bob',
    '    user:   {token: hush-kube}',
    '',
  ].join('\n'),
  '.netrc':
    '# mine\nmachine netrc.example.com login bob\n\tpassword hush-netrc # old\n\nmachine ftp.example.com login anonymous\n',
  '.terraform.d/credentials.tfrc.json':
    '{\n  "credentials": {\n    "tf.example.com": { "token": "hush-terraform" }\n  }\n}\n',
  '.aws/credentials': '[default]\naws_access_key_id=AKIAEXAMPLE\naws_secret_access_key = hush-aws\n# end\n',
}

/** Where credbridge keeps its own. */
const ownFolders = ['.local/share/credbridge', '.local/state', '.config/credbridge']

export interface ImportHome {
  readonly home: string
  readonly env: NodeJS.ProcessEnv
  readonly commands: string
  credbridge(...words: readonly string[]): Promise<Outcome>
  /** The same on a terminal of its own, where each question is answered. */
  onTerminal(answers: readonly Answer[], ...words: readonly string[]): Promise<Outcome>
  write(name: string, text: string): void
  read(name: string): string
  /** All files but credbridge's own and leftovers of its writes, by their path below the home. */
  files(): Readonly<Record<string, string>>
}

/** A home with these files, where these programs are installed and the vault is in use. */
export function importHome(files: Readonly<Record<string, string>>, programs: readonly string[] = []): ImportHome {
  const folder = mkdtempSync(join(tmpdir(), 'cb-import-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const commands = installCommands(join(folder, 'commands'))
  for (const program of programs) {
    const path = program === 'kubectl' ? kubectls[0] : programOnPath(program)
    symlinkSync(path ?? '', join(commands, program))
  }
  const home = join(folder, 'home')
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), text)
  }
  mkdirSync(home)
  for (const [name, text] of Object.entries(files)) write(name, text)
  const env = { HOME: home, PATH: commands, CREDBRIDGE_STORE: 'vault', GIT_CONFIG_NOSYSTEM: '1' }
  return {
    home,
    env,
    commands,
    credbridge: (...words) => run(join(commands, 'credbridge'), words, { env, cwd: home, timeout: 60_000 }),
    onTerminal(answers, ...words) {
      const command = ['env', `PATH=${commands}`, 'NO_COLOR=1', join(commands, 'credbridge'), ...words]
      const ownEnv = { ...env, PATH: process.env['PATH'] }
      return run('python3', onTerminal(answers, ...command), { env: ownEnv, cwd: home, timeout: 90_000 })
    },
    write,
    read: (name) => readFileSync(join(home, name), 'utf8'),
    files() {
      const names = readdirSync(home, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name).slice(home.length + 1))
        .filter((name) => !name.endsWith('.credbridge-new') && !ownFolders.some((own) => name.startsWith(`${own}/`)))
      return Object.fromEntries(names.map((name) => [name, readFileSync(join(home, name), 'utf8')]))
    },
  }
}
