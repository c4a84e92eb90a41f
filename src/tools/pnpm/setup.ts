import type { Address } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { isLoopback } from '../../core/loopback.ts'
import { installedProgram, skippedAsAbsent, startedByShell } from '../installed.ts'
import { settingsInFile, writeOrRemove } from '../npm/files.ts'
import { nerfDartOf, registryAddress, splitNerfDart } from '../npm/nerf-dart.ts'
import { npmrcLines, npmrcText } from '../npm/npmrc.ts'
import { plainIn } from '../npm/plain-secrets.ts'
import { registriesIn, settingsInEnvironment } from '../npm/registries.ts'
import type { Change, DoctorLine, Machine, Plan, Setup, SetupOptions } from '../tool.ts'
import { helperFile, helpersIn, helperText } from './helpers.ts'
import { authFile, userFile } from './places.ts'

/**
 * Writes a line `//registry/:tokenHelper=…` for each registry, and the program that it names. pnpm up to 10 reads the
 * line only from the user's own npmrc, and npm 11 warns about it there. Later versions have a file of their own for it.
 */
export const pnpmSetup: Setup = {
  async plan(machine, options) {
    if (machine.platform === 'win32') throw startedByShell('pnpm')
    const config = options['npmrc'] === true ? userFile(machine) : await configFor(machine)
    const { registries, remarks } = registriesMeant(machine, options)
    if (registries.length === 0) {
      const hints = [hint`credbridge setup pnpm --registry <address>`]
      throw new Failure('refused', 'your own npmrc names no registry', { hints })
    }
    const wired = registries.map((registry) => wiring(machine, config, registry))
    const changes = wired.flatMap((one) => one.changes)
    const about = changes.length === 0 ? [] : sharing(registries)
    return { changes, remarks: [...remarks, ...wired.flatMap((one) => one.remarks), ...about] }
  },

  async undo(machine, options) {
    const only = named(options).map(({ key }) => key)
    const helpers = helpersIn(machine).filter(({ registry }) => only.length === 0 || only.includes(registry.key))
    const changes = helpers.flatMap(({ config, line, file, registry }): Change[] => [
      { says: `pnpm: no longer asks for ${registry.key}`, apply: () => dropLine(machine, config, line.text) },
      { says: `pnpm: remove ${file}`, apply: () => machine.files.remove(file) },
    ])
    return { changes, remarks: [] }
  },

  async check(machine): Promise<readonly DoctorLine[]> {
    const helpers = helpersIn(machine)
    if (helpers.length === 0) {
      if (machine.program('pnpm') === undefined) return skippedAsAbsent('pnpm')
      return [{ state: 'note', says: 'pnpm does not ask credbridge', fix: hint`credbridge setup pnpm` }]
    }
    return helpers.map(({ file, registry }) =>
      machine.files.read(file) === helperText(machine, registry)
        ? { state: 'ok', says: `pnpm asks credbridge for ${registry.key}` }
        : {
            state: 'wrong',
            says: `${file} was not written by this installation of credbridge`,
            fix: hint`credbridge setup pnpm --registry ${registry.key}`,
          },
    )
  },
}

/** The file from which the installed pnpm reads helpers. */
async function configFor(machine: Machine): Promise<string> {
  const pnpm = installedProgram(machine, 'pnpm')
  const { stdout } = await machine.run(pnpm, ['--version'], { limit: 20_000 })
  return Number.parseInt(stdout, 10) >= 11 ? authFile(machine) : userFile(machine)
}

function sharing(registries: readonly Address[]): readonly string[] {
  const share = registries.map(({ key }) => hint`credbridge share ${key} --with pnpm`)
  return [`pnpm is given what it saved and what is shared with it: ${share.join(', ')}`]
}

function named(options: SetupOptions): readonly Address[] {
  const words = options['registry']
  if (!Array.isArray(words)) return []
  return words.map((word: string) => {
    const address = registryAddress(word)
    if (address === undefined) throw new Failure('malformed', 'a registry is an address that begins with https://')
    return address
  })
}

/** The registries that a person names now, with any scheme; else the safe ones in the user's own file. */
function registriesMeant(
  machine: Machine,
  options: SetupOptions,
): { registries: readonly Address[]; remarks: readonly string[] } {
  const words = named(options)
  if (words.length > 0) return { registries: words, remarks: [] }
  const user = settingsInFile(machine.files.read(userFile(machine)) ?? '')
  const configuration = { words: [], environment: settingsInEnvironment(machine.env), project: [], user, machine: [] }
  const all = registriesIn(configuration, machine.env).map(({ address }) => address)
  const safe = all.filter((at) => at.scheme === 'https' || isLoopback(at))
  const left = all.filter((at) => !safe.includes(at))
  return {
    registries: safe,
    remarks: left.map(({ key }) => `${key} is not encrypted: name it by --registry if it shall be`),
  }
}

function wiring(machine: Machine, config: string, registry: Address): Plan {
  const [file, text] = [helperFile(machine, registry), helperText(machine, registry)]
  const key = `${nerfDartOf(registry)}:tokenHelper`
  const settings = settingsInFile(machine.files.read(config) ?? '')
  const there = settings.find((setting) => setting.key === key)
  if (there !== undefined && there.value !== file) {
    return { changes: [], remarks: [`pnpm asks another helper for ${registry.key}, which stays`] }
  }
  const changes: Change[] = []
  if (machine.files.read(file) !== text) {
    changes.push({ says: `pnpm: the program ${file}`, apply: () => machine.files.write(file, text, 'program') })
  }
  if (there === undefined) {
    const apply = () => addLine(machine, config, `${key}=${file}`)
    changes.push({ says: `pnpm: ${config} says ${key}=${file}`, apply })
  }
  const clear = settings.some(
    (setting) => splitNerfDart(setting.key)?.nerfDart === nerfDartOf(registry) && plainIn(setting),
  )
  return { changes, remarks: clear ? [`${config} has its secret in the clear: credbridge import npm`] : [] }
}

/** At the start of the file, because lines behind a section's header are not settings. */
function addLine(machine: Machine, config: string, line: string): void {
  machine.files.write(config, `${line}\n${machine.files.read(config) ?? ''}`)
}

function dropLine(machine: Machine, config: string, text: string): void {
  const lines = npmrcLines(machine.files.read(config) ?? '')
  writeOrRemove(machine, config, npmrcText(lines.filter((line) => line.text !== text)))
}
