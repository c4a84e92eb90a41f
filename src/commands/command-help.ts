import type { Command } from 'commander'
import { offeredCommands } from './other-words.ts'

/* Under which heading a command stands in `credbridge --help`, and the examples in its own help and in the manual. */

/** What a person wants, in the order of the help. */
export const helpGroups = ['Sign in', 'See and change', 'Wire tools', 'Stores', 'Other machines', 'Help'] as const
export type HelpGroup = (typeof helpGroups)[number]

type Examples = readonly string[]

const ofCommands: { readonly [command: string]: readonly [HelpGroup, ...Examples] } = {
  login: [
    'Sign in',
    'credbridge login https://git.example.com',
    'credbridge login git.example.com --device',
    'credbridge login github.com --from gh --yes',
  ],
  logout: ['Sign in', 'credbridge logout https://git.example.com alice'],
  rotate: ['Sign in', 'credbridge rotate https://git.example.com alice'],
  status: ['Sign in', 'credbridge status', 'credbridge status --notify'],
  set: [
    'Sign in',
    'credbridge set https://git.example.com alice',
    "credbridge set ecr.example.com AWS --command 'aws ecr get-login-password' --lasts 12h",
    'pass show ci | credbridge set https://api.example.com ci --kind bearer',
  ],
  approve: ['Sign in', 'credbridge approve https://ecr.example.com AWS'],
  get: [
    'See and change',
    'credbridge get git.example.com alice --copy',
    'credbridge get https://api.example.com | command',
  ],
  list: [
    'See and change',
    'credbridge list',
    'credbridge list gitlab --tool git',
    'credbridge list --expires-within 7d',
  ],
  remove: ['See and change', 'credbridge remove https://git.example.com alice', 'credbridge remove'],
  restore: ['See and change', 'credbridge restore https://git.example.com'],
  default: ['See and change', 'credbridge default https://git.example.com alice'],
  share: ['See and change', 'credbridge share https://npm.example.com --with npm'],
  setup: ['Wire tools', 'credbridge setup', 'credbridge setup git', 'credbridge setup --only git,docker --yes'],
  import: ['Wire tools', 'credbridge import', 'credbridge import --dry-run', 'credbridge import --undo'],
  run: [
    'Wire tools',
    'credbridge run --env API_TOKEN=api.example.com -- make deploy',
    'credbridge run -- bun install',
    'credbridge run --socket --allow git.example.com -- podman run --rm -it node bash',
  ],
  allow: ['Wire tools', 'credbridge allow', 'credbridge allow .npmrc registry=1f3a'],
  uninstall: ['Wire tools', 'credbridge uninstall --dry-run', 'credbridge uninstall'],
  use: ['Stores', 'credbridge use vault', 'credbridge use helper:pass --move'],
  move: [
    'Stores',
    'credbridge move https://git.example.com --to vault',
    'credbridge move --all --from secret-service --to vault',
  ],
  serve: [
    'Other machines',
    'credbridge serve --allow https://git.example.com --tools git,docker',
    'credbridge serve --name devbox --until 8h',
  ],
  ssh: [
    'Other machines',
    'credbridge ssh --allow https://git.example.com devbox',
    'credbridge ssh --allow git.example.com --tools git -- -p 2222 devbox',
    'credbridge ssh --install devbox',
  ],
  sandbox: [
    'Other machines',
    'credbridge sandbox --allow https://git.example.com --tools git -- make',
    'credbridge sandbox --allow npm.example.com --env EDITOR -- bash',
  ],
  grants: ['Other machines', 'credbridge grants', 'credbridge grants --revoke 1'],
  log: ['Other machines', 'credbridge log', 'credbridge log gitlab --tool git --since 8h'],
  explain: ['Help', 'credbridge explain git.example.com', 'credbridge explain git.example.com --tool docker'],
  doctor: ['Help', 'credbridge doctor', 'credbridge doctor --fix', 'credbridge doctor --report'],
  completion: [
    'Help',
    'source <(credbridge completion bash)',
    'credbridge completion fish > ~/.config/fish/completions/credbridge.fish',
    'credbridge completion powershell | Out-String | Invoke-Expression',
  ],
}

const known = new WeakMap<Command, Examples>()

/** Puts the command under this heading, and adds the examples to its help. */
export function withHelp(command: Command, group: HelpGroup, examples: Examples): void {
  command.helpGroup(`${group}:`)
  withExamples(command, examples)
}

/** The examples in the help of a command; empty if it has none. */
export function examplesOf(command: Command): Examples {
  return known.get(command) ?? []
}

/** Completes the help of all commands, once all are there. */
export function addHelp(program: Command): void {
  const help = program.createCommand('help').argument('[command]').description('show the help of a command')
  program.addHelpCommand(help.helpOption(false).helpGroup('Help:'))
  withExamples(program, ['credbridge setup', 'credbridge login git.example.com', 'credbridge help set'])
  for (const command of offeredCommands(program)) {
    const [group, ...examples] = ofCommands[command.name()] ?? []
    if (group !== undefined) withHelp(command, group, examples)
    for (const below of offeredCommands(command)) {
      if (examplesOf(below).length > 0) continue
      const line = `credbridge ${command.name()} ${below.name()}`
      withExamples(below, [line, `${line} --dry-run`, `${line} --undo`])
    }
    if (examplesOf(command).length === 0) withExamples(command, firstOfEach(offeredCommands(command)))
  }
}

/** For a word that several commands share. */
function firstOfEach(commands: readonly Command[]): Examples {
  return commands.flatMap((command) => examplesOf(command).slice(0, 1)).slice(0, 3)
}

/** Adds the examples to the help of the command. */
export function withExamples(command: Command, examples: Examples): void {
  if (examples.length === 0) return
  known.set(command, examples)
  const heading = examples.length === 1 ? 'Example:' : 'Examples:'
  command.addHelpText('after', ['', heading, ...examples.map((example) => `  $ ${example}`)].join('\n'))
}
