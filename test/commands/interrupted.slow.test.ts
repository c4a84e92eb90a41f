import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { type Asking, expectToStop } from '../real/stopping.ts'
import { treeOf } from '../real/tree.ts'
import { type Answer, onTerminal } from '../real/typing.ts'
import { startWorld, type World } from '../real/world.ts'
import { at, start, withPassphrase } from './vault-world.ts'

/* Ctrl-C at a question: exit code 130, and everything is as it was, the terminal included. Each place that asks is told. */

type Row = Asking & {
  /** What is there: nothing if absent. */
  readonly world?: () => Promise<World>
}

const said = (question: string, answer: string): Answer => [question, `${answer}\r`]

async function kept(): Promise<World> {
  const world = await start()
  for (const account of ['ann', 'bob']) await world.set(at, account, `of ${account}`)
  return world
}

async function removed(): Promise<World> {
  const world = await kept()
  await world.credbridge('remove', at, 'ann')
  return world
}

async function commandKept(): Promise<World> {
  const world = await start()
  await world.credbridge('set', at, 'ann', '--command', 'echo s3cret', '--lasts', '1h')
  await world.credbridge('approve', '--undo', at, 'ann')
  return world
}

/** A home with git's plain file. */
async function plain(): Promise<World> {
  const world = await start()
  await world.credbridge('setup', 'git', '--no-prove')
  writeFileSync(join(world.env['HOME'] ?? '', '.git-credentials'), 'https://bob:b@plain.example.com\n', { mode: 0o600 })
  return world
}

/** The same, where another secret is kept for it. */
async function conflicting(): Promise<World> {
  const world = await plain()
  await world.set('https://plain.example.com', 'bob', 'another')
  return world
}

async function imported(): Promise<World> {
  const world = await plain()
  expect(await world.credbridge('import', '--only', 'git', '--yes')).toMatchObject({ exitCode: 0 })
  return world
}

async function wired(): Promise<World> {
  const world = await kept()
  expect(await world.credbridge('setup', 'git', '--no-prove')).toMatchObject({ exitCode: 0 })
  return world
}

/** A keyring in which git's own helper keeps a sign-in. */
async function inLibsecret(): Promise<World> {
  const world = await startWorld('unlocked', onTestFinished)
  const about = 'xdg:schema org.git.Password protocol https server git.example.com user ann'.split(' ')
  const words = ['store', '--label=Git: https://git.example.com/', ...about]
  expect(await world.run('secret-tool', words, { input: 's3cret' })).toMatchObject({ exitCode: 0 })
  return world
}

/** A docker that is signed in by a helper of its own, which setup takes over. */
async function dockerSignedIn(): Promise<World> {
  const world = await start()
  const folder = join(world.session.folder, 'commands')
  const helper = `#!/bin/sh
case $1 in
  list) echo '{"https://docker.example.com":"bob"}' ;;
  get) echo '{"ServerURL":"https://docker.example.com","Username":"bob","Secret":"hush"}' ;;
esac
`
  writeFileSync(join(folder, 'docker-credential-other'), helper, { mode: 0o755 })
  writeFileSync(join(folder, 'docker'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  mkdirSync(join(world.env['HOME'] ?? '', '.docker'))
  writeFileSync(join(world.env['HOME'] ?? '', '.docker', 'config.json'), '{"credsStore":"other"}\n')
  return world
}

const openbao = { more: { CREDBRIDGE_STORE: 'vault', BAO_ADDR: 'http://127.0.0.1:9' } }
/** What cargo writes: https://doc.rust-lang.org/cargo/reference/credential-provider-protocol.html */
const cargoLogin = JSON.stringify({
  v: 1,
  registry: { 'index-url': 'sparse+https://cargo.example.com/index/', name: 'team' },
  kind: 'login',
  args: [],
})
const passphrase = 'src/stores/vault/commands/passphrases.ts'

const questions: readonly Row[] = [
  { by: 'src/commands/set.ts', question: 'Endpoint: ', words: ['set'] },
  { by: 'src/commands/set.ts', question: 'User name: ', words: ['set', at] },
  { by: 'src/commands/set.ts', question: `Secret for ${at}: `, words: ['set', at, 'ann'], world: kept },
  { by: 'src/commands/set.ts', question: 'Access key id: ', words: ['set', at, '--kind', 'cloud-keys'] },
  {
    by: 'src/commands/set.ts',
    question: 'Session token, empty if there is none: ',
    words: ['set', at, '--kind', 'cloud-keys'],
    before: [said('Access key id: ', 'AKIAEXAMPLE'), said('Secret access key: ', 'hush')],
  },
  { by: 'src/commands/login.ts', question: 'Endpoint: ', words: ['login'] },
  {
    by: 'src/commands/granted.ts',
    question: 'There is no desktop on which to ask you later. Grant now: ',
    words: ['sandbox', '--allow', at, '--', 'true'],
  },
  ...['get', 'remove', 'default', 'share'].map((command) => ({
    by: 'src/commands/pick.ts',
    question: 'Which one? Its number, or letters to search for: ',
    words: [command, ...({ get: ['--show'], share: ['--with', 'docker'] }[command] ?? [])],
    world: kept,
  })),
  {
    by: 'src/commands/pick.ts',
    question: 'Which one? Its number, or letters to search for: ',
    words: ['restore'],
    world: removed,
  },
  { by: 'src/commands/remove.ts', question: 'Remove it? [y/N] ', words: ['remove', at, 'ann'], world: kept },
  {
    by: 'src/commands/remove.ts',
    question: 'Remove it for good? [y/N] ',
    words: ['remove', '--final', at, 'ann'],
    world: kept,
  },
  {
    by: 'src/commands/approve.ts',
    question: 'Let this command run as you, whenever a tool asks for the secret? [y/N] ',
    words: ['approve', at],
    world: commandKept,
  },
  { by: 'src/commands/setup-all.ts', question: 'Set up git? [Y/n] ', words: ['setup', '--only', 'git'] },
  {
    by: 'src/commands/setup-all.ts',
    question: 'Undo the setup of git? [y/N] ',
    words: ['setup', '--undo'],
    world: wired,
  },
  {
    by: 'src/commands/wire.ts',
    question: ' Take over? [y/N] ',
    words: ['setup', 'docker', '--replace'],
    world: dockerSignedIn,
  },
  {
    by: 'src/commands/import.ts',
    question: 'Move 1 secret into credbridge? [y/N] ',
    words: ['import', 'git'],
    world: plain,
  },
  {
    by: 'src/commands/import.ts',
    question: 'Copy 1 secret into credbridge? [y/N] ',
    words: ['import', 'git', '--keep'],
    world: plain,
  },
  {
    by: 'src/commands/import-all.ts',
    question: 'Move 1 secret into credbridge? [y/N] ',
    words: ['import'],
    world: plain,
  },
  {
    by: 'src/commands/import-all.ts',
    question: 'Replace it by the one in the file? [y/N] ',
    words: ['import'],
    world: conflicting,
  },
  {
    by: 'src/commands/import-undo.ts',
    question: 'Write 1 secret back into plain files? [y/N] ',
    words: ['import', '--undo'],
    world: imported,
  },
  { by: 'src/commands/doctor-fix.ts', question: '? [y/N] ', words: ['doctor', '--fix'], world: plain },
  {
    by: 'src/commands/uninstall-all.ts',
    question: 'Uninstall credbridge as shown? [y/N] ',
    words: ['uninstall'],
    world: wired,
  },
  {
    by: 'src/commands/uninstall-all.ts',
    question: ', which every program can read? [y/N] ',
    words: ['uninstall'],
    before: [said('Uninstall credbridge as shown? [y/N] ', 'y')],
    world: wired,
  },
  {
    by: 'src/commands/uninstall-all.ts',
    question: ' for good, which nothing else keeps? [y/N] ',
    words: ['uninstall', '--remove-secrets'],
    before: [said('Uninstall credbridge as shown? [y/N] ', 'y'), said(', which every program can read? [y/N] ', 'n')],
    world: wired,
  },
  { by: passphrase, question: 'New passphrase: ', words: ['vault', 'add-slot', 'passphrase'], world: kept },
  {
    by: passphrase,
    question: 'New passphrase again: ',
    words: ['vault', 'add-slot', 'passphrase'],
    before: [said('New passphrase: ', 'open sesame')],
  },
  { by: passphrase, question: 'Passphrase of the vault: ', words: ['unlock'], world: withPassphrase },
  { by: passphrase, question: 'Passphrase of the vault: ', words: ['vault', 'rekey'], world: withPassphrase },
  { by: passphrase, question: ': ', words: ['vault', 'change-passphrase'], world: withPassphrase },
  {
    by: passphrase,
    question: 'That does not open it. Passphrase of the vault: ',
    words: ['unlock'],
    before: [said('Passphrase of the vault: ', 'wrong')],
    world: withPassphrase,
  },
  {
    by: 'src/stores/vault/commands/put-aside.ts',
    question: 'Put it aside, so that the next save begins a new vault? [y/N] ',
    words: ['vault', 'put-aside'],
    world: withPassphrase,
  },
  ...[
    ['list'],
    ['get', at, '--show'],
    ['set', at, 'ann'],
    ['remove', at],
    ['move', '--all', '--to', 'secret-service'],
    ['run', '--env', `T=${at}`, '--', 'true'],
  ].map((words) => ({
    by: 'src/stores/vault/passphrase-question.ts',
    question: 'Passphrase of the vault: ',
    words,
    world: withPassphrase,
    ...(words[0] === 'set' ? { before: [said(`Secret for ${at}: `, 's')] } : {}),
  })),
  { by: 'src/stores/openbao/prepare.ts', question: 'Address of the OpenBao server: ', words: ['use', 'openbao'] },
  {
    by: 'src/stores/openbao/commands/methods.ts',
    question: 'User: ',
    words: ['openbao', 'login', '--method', 'userpass'],
    ...openbao,
  },
  {
    by: 'src/stores/openbao/commands/methods.ts',
    question: 'Password: ',
    words: ['openbao', 'login', '--method', 'userpass', '--user', 'ann'],
    ...openbao,
  },
  { by: 'src/stores/openbao/commands/send.ts', question: 'Token that you were sent: ', words: ['receive'], ...openbao },
  {
    by: 'src/tools/python/dialect.ts',
    command: 'credbridge-keyring',
    question: "Password for 'ann' in 'sys': ",
    words: ['set', 'sys', 'ann'],
    exitCode: 1,
  },
  {
    by: 'src/tools/cargo/dialect.ts',
    command: 'sh',
    question: 'please paste the token for https://cargo.example.com/index below: ',
    words: ['-c', `printf '%s\\n' '${cargoLogin}' | cargo-credential-credbridge --cargo-plugin`],
    exitCode: 0,
    shows: /\{"Err":\{"kind":"other","message":"credbridge: cancelled","caused-by":\[\]\}\}\r\n$/,
  },
  {
    by: 'src/tools/askpass/dialect.ts',
    command: 'credbridge-askpass',
    question: 'Which way? ',
    words: ['Which way? '],
    exitCode: 1,
  },
]

/** Where there is a keyring. */
const keyringQuestions: readonly Row[] = [
  {
    by: 'src/commands/import-from.ts',
    question: 'Copy 1 secret into credbridge? [y/N] ',
    words: ['import', '--from', 'libsecret'],
    world: inLibsecret,
  },
]

/** Places that need a server, or look like Windows: test/sign-in/interrupted.slow.test.ts, wsl.slow.test.ts and openbao.test.ts. */
const elsewhere: readonly string[] = [
  'src/commands/login-client.ts',
  'src/commands/login-kept.ts',
  'src/commands/login-place.ts',
  'src/commands/logout-at.ts',
  'src/commands/rotate-at.ts',
  'src/sign-in/code-grant.ts',
  'src/sign-in/own-token.ts',
  'src/commands/settle-at-setup.ts',
  'src/sign-in/rotate-by-password.ts',
  'src/sign-in/sign-in.ts',
  'src/stores/openbao/commands/oidc.ts',
  'src/stores/openbao/commands/share.ts',
]

/** What passes questions on. */
const passOn: readonly string[] = ['src/core/terminal.ts', 'src/engine/converse.ts', 'src/sign-in/person.ts']

/** Where `src` has a question for a person. */
function asking(): readonly string[] {
  const root = join(import.meta.dirname, '..', '..')
  const names = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.ts') && !name.startsWith(join('edge', 'terminal')))
    .map((name) => join('src', name))
    .filter((path) =>
      /(terminal|person)\.ask\(|(?<!\b(async )?function )\b(askSecret|confirm(ByEnter)?)\(['"`\w]|yield\* ask\(/.test(
        readFileSync(join(root, path), 'utf8'),
      ),
    )
    .sort()
}

needs('the build (npm run build)', built)('built', () => {
  test('every place that asks is here', () => {
    const told = new Set([...questions, ...keyringQuestions].map(({ by }) => by).concat(elsewhere, passOn))
    expect(asking().filter((path) => !told.has(path))).toEqual([])
  })

  needsPrograms('python3', 'git')('Ctrl-C at a question', () => {
    test.each(questions)('$words: $question', async ({ world = start, ...asked }) => {
      await expectToStop(await world(), asked)
    })
  })

  needsPrograms(
    'python3',
    'dbus-daemon',
    'gnome-keyring-daemon',
    'secret-tool',
  )('Ctrl-C at a question, with a keyring', () => {
    test.each(keyringQuestions)('$words: $question', async ({ world = start, ...asked }) => {
      await expectToStop(await world(), asked)
    })
  })

  /** A program before the real one, which takes long when it is first called so. */
  function slowly(world: World, program: string, words: string, real: string): void {
    const path = join(world.session.folder, 'commands', program)
    const once = `mkdir ${path}.called 2>/dev/null && echo working >/dev/tty && sleep 20`
    writeFileSync(path, `#!/bin/sh\ncase "$*" in *"${words}"*) ${once} ;; esac\n${real}\n`, { mode: 0o755 })
  }

  needsPrograms('python3', 'git')('Ctrl-C during work', () => {
    const stop: Answer = ['working', '\u0003']

    test('setup: the throw-away credential is gone, and setup can be done again', async () => {
      const world = await start()
      slowly(world, 'git', 'credential fill', 'exec /usr/bin/git "$@"')
      const ended = await world.run('python3', onTerminal([stop], 'credbridge', 'setup', 'git'))
      expect(ended).toMatchObject({ exitCode: 130 })
      expect(await world.credbridge('list')).toMatchObject({ stdout: '', exitCode: 1 })
      expect(Object.keys(treeOf(world.env['XDG_DATA_HOME'] ?? '')).filter((path) => path.includes('records/'))).toEqual(
        [],
      )
    })

    test('move: nothing is lost', async () => {
      const world = await kept()
      slowly(world, 'docker-credential-slow', 'store', 'cat >/dev/null')
      const ended = await world.run('python3', onTerminal([stop], 'credbridge', 'move', '--all', '--to', 'helper:slow'))
      expect(ended).toMatchObject({ exitCode: 130 })
      for (const account of ['ann', 'bob'])
        expect(await world.credbridge('get', at, account)).toMatchObject({ stdout: `of ${account}\n` })
    })

    test('run: the command hears it, and its exit code counts', async () => {
      const world = await kept()
      const script = "trap 'echo heard; exit 7' INT; echo working; sleep 20 & wait"
      const words = ['run', '--env', `T=${at}#ann`, '--', 'sh', '-c', script]
      const ended = await world.run('python3', onTerminal([stop], 'credbridge', ...words))
      expect(ended).toMatchObject({ exitCode: 7, stdout: expect.stringContaining('heard') })
    })
  })
})
