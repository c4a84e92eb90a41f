import { bare } from '../guard/bare.ts'
import {
  anything,
  each,
  exceptFrom,
  flag,
  larger,
  number,
  runs,
  stronger,
  type Table,
  tableOf,
  text,
  trusts,
  type Verdict,
} from '../guard/verdict.ts'

/*
 * Every setting of bunfig.toml (https://bun.com/docs/runtime/bunfig), judged for a project. Sections about code that a
 * person starts (tests, a server, a bundle) are as harmless as that code.
 */

const install = {
  ...each(trusts, 'install.ca install.cafile'),
  ...each(anything, 'install.registry install.scopes install.cache install.lockfile'),
  ...each(
    flag,
    `install.optional install.dev install.peer install.production install.exact install.saveTextLockfile
    install.frozenLockfile install.dryRun install.linkWorkspacePackages install.globalStore`,
  ),
  ...each(number, 'install.concurrentScripts install.networkConcurrency'),
  ...each(
    text,
    `install.auto install.prefer install.globalDir install.globalBinDir install.linker install.logLevel
    install.publicHoistPattern install.hoistPattern`,
  ),
  'install.ignoreScripts': stronger('false', 'true'),
  'install.minimumReleaseAge': larger,
  'install.minimumReleaseAgeExcludes': exceptFrom('minimumReleaseAge'),
  'install.security': runs,
}

const run = { ...each(flag, 'run.bun run.silent run.noOrphans'), ...each(number, 'run.elide-lines'), 'run.shell': text }

const rest = {
  preload: runs,
  ...each(anything, 'bundle console define env external fmt lint loader macros serve test'),
  ...each(text, 'jsx jsxFactory jsxFragment jsxImportSource logLevel origin'),
  ...each(flag, 'smol telemetry'),
  debug: runs,
}

const table: Table = tableOf(install, run, rest)

export function bunfigVerdict(key: string): Verdict | undefined {
  return table.get(bare(key))
}
