import { Failure } from '../../core/failure.ts'
import { hint, saidBy } from '../../core/hint.ts'
import type { Ran } from '../../core/program.ts'
import type { Machine } from '../tool.ts'

/** What go says about GOAUTH. */
export interface GoSettings {
  /** The value that go uses; `netrc` if nobody has set it. */
  readonly inUse: string
  /** The same if the environment did not set it. */
  readonly saved: string
  /** The user's file of settings; empty if go reads none. */
  readonly file: string
  /** The value in that file; `undefined` if it has none. */
  readonly own: string | undefined
}

/** Asks the installed go. `unavailable` if there is none, or one that asks no program. */
export async function goSettings(machine: Machine): Promise<GoSettings> {
  const ran = await runGo(machine, ['env', '-json', 'GOAUTH', 'GOENV'])
  const { GOAUTH: saved = '', GOENV: file = '' } = valuesIn(ran)
  if (saved === '') {
    throw new Failure('unavailable', 'this go asks no program for credentials', {
      hints: [hint`install Go 1.24 or later`],
    })
  }
  const inEnvironment = machine.env['GOAUTH'] ?? ''
  return { inUse: inEnvironment === '' ? saved : inEnvironment, saved, file, own: ownValue(machine, file) }
}

/** The same for who wants to change the settings. `refused` if GOENV is off: go would write them, and not read them. */
export async function settingsToChange(machine: Machine): Promise<GoSettings> {
  const settings = await goSettings(machine)
  if (settings.file !== '') return settings
  throw new Failure('refused', 'go reads no settings: GOENV is off', { hints: [hint`unset GOENV`] })
}

/** Sets GOAUTH in the user's file; empty: removes it from there. */
export async function writeGoauth(machine: Machine, file: string, value: string): Promise<void> {
  await runGo(machine, value === '' ? ['env', '-u', 'GOAUTH'] : ['env', '-w', `GOAUTH=${value}`])
  if ((ownValue(machine, file) ?? '') === value) return
  throw new Failure('refused', `go did not change its settings in ${file}`, { hints: [hint`go env GOENV`] })
}

/**
 * Settings for our own calls of go: no GOAUTH, no download of another go, and no process that go leaves behind to count
 * its calls (https://go.dev/issue/67211).
 */
const quiet = { GOAUTH: '', GOTOOLCHAIN: 'local', GO_TELEMETRY_CHILD: '2' }

/** Runs `go` as if the environment did not set GOAUTH. */
async function runGo(machine: Machine, words: readonly string[]): Promise<Ran> {
  const go = machine.program('go')
  if (go === undefined) throw new Failure('unavailable', 'go is not installed', { hints: [hint`install go first`] })
  const ran = await machine.run(go, words, { env: quiet, limit: 60_000 })
  if (ran.exitCode === 0) return ran
  const lines = ran.stderr.split('\n').filter((line) => line.trim() !== '')
  throw new Failure('refused', 'go could not read or change its settings', {
    hints: lines.slice(0, 5).map((line) => saidBy('go', line)),
  })
}

function valuesIn({ stdout }: Ran): Readonly<Record<string, string>> {
  try {
    return JSON.parse(stdout)
  } catch {
    throw new Failure('unavailable', '`go env` did not answer as expected', { hints: [hint`go env -json`] })
  }
}

/** The last line of a variable counts: cmd/go/internal/envcmd. */
function ownValue(machine: Machine, file: string): string | undefined {
  const lines = (file === '' ? undefined : machine.files.read(file))?.split('\n') ?? []
  return lines
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
    .findLast((line) => line.startsWith('GOAUTH='))
    ?.slice('GOAUTH='.length)
}
