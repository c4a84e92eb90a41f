import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { asksInOrder, shownCommand } from '../asked-in-order.ts'
import { installedCommand, skippedAsAbsent } from '../installed.ts'
import type { Change, DoctorLine, Machine, Plan, Setup } from '../tool.ts'
import { type GoSettings, goSettings, settingsToChange, writeGoauth } from './client.ts'
import { entriesOf, entryFor, isOurs, wordsOf } from './entries.ts'
import { command } from './names.ts'
import { proveGo } from './prove.ts'
import { forgetFormer, formerOf, rememberFormer } from './undo.ts'

/** Puts our command before the others of GOAUTH, in the user's own settings of go, through `go env -w`. */
export const goSetup: Setup = {
  async plan(machine): Promise<Plan> {
    const settings = await settingsToChange(machine)
    const ours = ourEntry(machine)
    const value = withOurs(settings.saved, ours)
    const changes = value === settings.saved ? [] : [setting(machine, settings, value)]
    return { changes, remarks: asksUs(settings.inUse, ours) ? [] : remarksOn(machine) }
  },

  async undo(machine): Promise<Plan> {
    const { file, own } = await settingsToChange(machine)
    const isThere = own !== undefined && entriesOf(own).some(isOurs)
    return { changes: isThere ? [restoring(machine, file, own)] : [], remarks: [] }
  },

  prove: (machine, whileKept) => proveGo(machine, whileKept),

  async check(machine): Promise<readonly DoctorLine[]> {
    if (machine.program('go') === undefined) return skippedAsAbsent('go')
    const { inUse, saved } = await goSettings(machine)
    const fix = hint`credbridge setup go`
    if (asksUs(inUse, ourEntry(machine))) {
      const shown = entriesOf(inUse).map((entry) => (isOurs(entry) ? 'credbridge' : shownCommand(wordsOf(entry))))
      return [{ state: 'ok', says: asksInOrder('go', shown) }]
    }
    if (asksUs(saved, ourEntry(machine))) {
      const says = 'go does not ask credbridge: GOAUTH is set in the environment, and goes first'
      return [{ state: 'wrong', says, fix: hint`unset GOAUTH` }]
    }
    if (!entriesOf(saved).some(isOurs)) return [{ state: 'note', says: 'go does not ask credbridge', fix }]
    return [{ state: 'wrong', says: 'go asks another installation of credbridge', fix }]
  },
}

function asksUs(value: string, ours: string): boolean {
  return entriesOf(value).includes(ours)
}

/** The value with our command, once. In front of others, because earlier ones go first. */
function withOurs(value: string, ours: string): string {
  const entries = entriesOf(value)
  if (entries.includes('off')) {
    throw new Failure('refused', 'GOAUTH is off: go signs in nowhere', {
      hints: [hint`to let it sign in again: go env -u GOAUTH`],
    })
  }
  if (entries.filter(isOurs).join() === ours) return value
  return [ours, ...entries.filter((entry) => !isOurs(entry))].join(';')
}

/** The text as it is, if our command is not in it. */
function withoutOurs(value: string): string {
  const entries = entriesOf(value)
  return entries.some(isOurs) ? entries.filter((entry) => !isOurs(entry)).join(';') : value
}

function setting(machine: Machine, { file, own }: GoSettings, value: string): Change {
  return {
    says: `go: GOAUTH is ${value}`,
    async apply() {
      rememberFormer(machine, file, own === undefined ? undefined : withoutOurs(own), value)
      await writeGoauth(machine, file, value)
    },
  }
}

/** The value from before setup, unless it was changed since: then without our command. */
function restoring(machine: Machine, file: string, own: string): Change {
  const former = formerOf(machine, own)
  const back = former === undefined ? withoutOurs(own) : (former.value ?? '')
  return {
    says: back === '' ? 'go: GOAUTH is no longer set' : `go: GOAUTH is ${back}`,
    async apply() {
      await writeGoauth(machine, file, back)
      if (former?.noFile === true && machine.files.read(file) === '') machine.files.remove(file)
      forgetFormer(machine)
    },
  }
}

function remarksOn({ env }: Machine): readonly string[] {
  return (env['GOAUTH'] ?? '') === '' ? [] : ['GOAUTH is set in the environment, and goes before these settings']
}

/** The absolute path of our command, which needs no PATH, as GOAUTH names it. */
function ourEntry(machine: Machine): string {
  return entryFor(installedCommand(machine, command))
}
