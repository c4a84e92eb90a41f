import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { asksInOrder, shownProgram } from '../asked-in-order.ts'
import { blockIn } from '../block.ts'
import { installedCommand, installedProgram, skippedAsAbsent } from '../installed.ts'
import type { Change, DoctorLine, Machine, Plan, Setup } from '../tool.ts'
import { command } from './names.ts'
import { configFile } from './places.ts'
import { proveCargo } from './prove.ts'
import { ownProgram, providersIn, withoutProvider, withProvider } from './providers.ts'
import { otherProviders } from './registries.ts'
import { parsed } from './toml.ts'

const fix = hint`credbridge setup cargo`

/** One list in cargo's own config.toml, with our command as the provider that cargo asks first. */
export const cargoSetup: Setup = {
  async plan(machine): Promise<Plan> {
    installedProgram(machine, 'cargo')
    const [file, ours] = [fileOf(machine), installedCommand(machine, command)]
    const text = machine.files.read(file) ?? ''
    const content = parsed(text)
    if (content === undefined) throw notToml(file)
    const last = providersIn(content)?.at(-1)
    if (last !== undefined && ownProgram(content, last) === ours) return { changes: [], remarks: remarksOn(machine) }
    const after = withProvider(text, ours)
    if (after === undefined) throw cannotEdit(file, ours)
    return { changes: [writing(machine, file, after, `${file}: ask ${ours}`)], remarks: remarksOn(machine) }
  },

  async undo(machine): Promise<Plan> {
    const file = fileOf(machine)
    const text = machine.files.read(file) ?? ''
    if (blockIn(text) === undefined) return { changes: [], remarks: ownLines(file, text) }
    const after = withoutProvider(text)
    if (after === undefined) {
      throw new Failure('refused', `${file} has settings that depend on credbridge's lines`, {
        hints: [hint`remove the lines between the marks yourself`],
      })
    }
    return { changes: [writing(machine, file, after, `${file}: no longer ask ${command}`)], remarks: [] }
  },

  prove: (machine) => proveCargo(machine, installedCommand(machine, command)),

  async check(machine): Promise<readonly DoctorLine[]> {
    if (machine.program('cargo') === undefined) return skippedAsAbsent('cargo')
    const file = fileOf(machine)
    const content = parsed(machine.files.read(file) ?? '')
    if (content === undefined) return [{ state: 'wrong', says: `${file} is not TOML: correct it first` }]
    const list = providersIn(content) ?? []
    const own = list.map((one) => ownProgram(content, one))
    const found = own.findLast((one) => one !== undefined)
    if (found === undefined) return [{ state: 'note', says: 'cargo does not ask credbridge', fix }]
    if (found !== machine.ownCommand(command)) {
      return [{ state: 'wrong', says: `cargo asks ${found}, another installation of credbridge`, fix }]
    }
    const notes = remarksOn(machine).map((says): DoctorLine => ({ state: 'note', says }))
    // cargo asks the last one first: https://doc.rust-lang.org/cargo/reference/config.html#registryglobal-credential-providers
    const shown = list.map((one, at) => (own[at] === undefined ? shownProgram(one) : 'credbridge')).reverse()
    const says = asksInOrder('cargo', shown)
    return [own.at(-1) === found ? { state: 'ok', says } : { state: 'wrong', says, fix }, ...notes]
  },
}

function remarksOn(machine: Machine): readonly string[] {
  const variable = 'CARGO_REGISTRY_GLOBAL_CREDENTIAL_PROVIDERS'
  const overruled = (machine.env[variable] ?? '') === '' ? [] : [`${variable} is set: cargo asks what it names first`]
  const others = otherProviders(machine).map(
    ([name, provider]) => `for ${name}, cargo asks ${provider} and not credbridge`,
  )
  return [...overruled, ...others]
}

/** What the user wrote is not ours to take back. */
function ownLines(file: string, text: string): readonly string[] {
  const content = parsed(text) ?? {}
  const isThere = providersIn(content)?.some((one) => ownProgram(content, one) !== undefined)
  return isThere === true ? [`${file} names ${command} in a line of your own, which stays`] : []
}

function fileOf(machine: Machine): string {
  const file = configFile(machine)
  if (file !== undefined) return file
  throw new Failure('refused', 'CARGO_HOME is not an absolute path', {
    hints: [hint`set CARGO_HOME to an absolute path`],
  })
}

function writing(machine: Machine, file: string, text: string, says: string): Change {
  return { says, apply: () => (text === '' ? machine.files.remove(file) : machine.files.write(file, text)) }
}

function notToml(file: string): Failure {
  return new Failure('malformed', `${file} is not TOML`, { hints: [hint`fix it first`] })
}

function cannotEdit(file: string, ours: string): Failure {
  return new Failure('refused', `${file} has registry.global-credential-providers in a way that cannot be edited`, {
    hints: [hint`add it yourself, as the last one: ${ours}`],
  })
}
