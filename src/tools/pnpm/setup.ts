import type { Address } from '../../core/endpoint.ts'
import { Failure } from '../../core/failure.ts'
import { settingsInFile, writeOrRemove } from '../npm/files.ts'
import { dartIn, dartOf, isLoopback, registryAddress } from '../npm/nerf-dart.ts'
import { npmrcLines, npmrcText } from '../npm/npmrc.ts'
import { plainIn } from '../npm/plain-secrets.ts'
import { registriesIn, settingsInEnvironment } from '../npm/registries.ts'
import type { Change, Finding, Setup, SetupOptions, World } from '../tool.ts'
import { helperFile, helpersIn, helperText } from './helpers.ts'
import { userFile } from './places.ts'

/** A line `//registry/:tokenHelper=…` in the user's own npmrc for each registry, and the program that it names. */
export const pnpmSetup: Setup = {
  async plan(world, options) {
    if (world.platform === 'win32') throw new Failure('unsupported', 'pnpm cannot be set up on Windows yet')
    const { registries, remarks } = registriesMeant(world, options)
    if (registries.length === 0) {
      const hints = ['credbridge setup pnpm --registry <address>']
      throw new Failure('refused', 'your own npmrc names no registry', { hints: [...remarks, ...hints] })
    }
    const wired = registries.map((registry) => wiring(world, registry))
    return {
      changes: wired.flatMap(({ changes }) => changes),
      remarks: [...remarks, ...wired.flatMap((one) => one.remarks)],
    }
  },

  async undo(world, options) {
    const only = named(options).map(({ key }) => key)
    const helpers = helpersIn(world).filter(({ registry }) => only.length === 0 || only.includes(registry.key))
    const changes = helpers.flatMap(({ line, file, registry }): Change[] => [
      { says: `pnpm: no longer asks for ${registry.key}`, apply: () => dropLine(world, line.text) },
      { says: `pnpm: remove ${file}`, apply: () => world.files.remove(file) },
    ])
    return { changes, remarks: [] }
  },

  async check(world): Promise<readonly Finding[]> {
    const helpers = helpersIn(world)
    if (helpers.length === 0) {
      return [
        { state: 'note', says: 'pnpm does not ask credbridge', fix: 'credbridge setup pnpm --registry <address>' },
      ]
    }
    return helpers.map(({ file, registry }) =>
      world.files.read(file) === helperText(world, registry)
        ? { state: 'ok', says: `pnpm asks credbridge for ${registry.key}` }
        : {
            state: 'wrong',
            says: `${file} is not this credbridge's`,
            fix: `credbridge setup pnpm --registry ${registry.key}`,
          },
    )
  },
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

/** Those that a person names now, whatever their scheme; else those in the user's own file that are safe. */
function registriesMeant(
  world: World,
  options: SetupOptions,
): { registries: readonly Address[]; remarks: readonly string[] } {
  const words = named(options)
  if (words.length > 0) return { registries: words, remarks: [] }
  const user = settingsInFile(world.files.read(userFile(world)) ?? '')
  const configuration = { words: [], environment: settingsInEnvironment(world.env), project: [], user, machine: [] }
  const all = registriesIn(configuration, world.env).map(({ address }) => address)
  const safe = all.filter((at) => at.scheme === 'https' || isLoopback(at))
  const left = all.filter((at) => !safe.includes(at))
  return {
    registries: safe,
    remarks: left.map(({ key }) => `${key} is not encrypted: name it by --registry if it shall be`),
  }
}

function wiring(world: World, registry: Address): { changes: readonly Change[]; remarks: readonly string[] } {
  const [file, text] = [helperFile(world, registry), helperText(world, registry)]
  const key = `${dartOf(registry)}:tokenHelper`
  const settings = settingsInFile(world.files.read(userFile(world)) ?? '')
  const there = settings.find((setting) => setting.key === key)
  if (there !== undefined && there.value !== file) {
    return { changes: [], remarks: [`pnpm asks another helper for ${registry.key}, which stays`] }
  }
  const changes: Change[] = []
  if (world.files.read(file) !== text) {
    changes.push({ says: `pnpm: the program ${file}`, apply: () => world.files.write(file, text, 'program') })
  }
  if (there === undefined) {
    const apply = () => addLine(world, `${key}=${file}`)
    changes.push({ says: `pnpm: ${userFile(world)} says ${key}=${file}`, apply })
  }
  const clear = settings.some((setting) => dartIn(setting.key)?.dart === dartOf(registry) && plainIn(setting))
  return { changes, remarks: clear ? [`${userFile(world)} has its secret in the clear: credbridge import npm`] : [] }
}

/** Before everything else: what stands behind a section's head is no setting. */
function addLine(world: World, line: string): void {
  const file = userFile(world)
  world.files.write(file, `${line}\n${world.files.read(file) ?? ''}`)
}

function dropLine(world: World, text: string): void {
  const file = userFile(world)
  const lines = npmrcLines(world.files.read(file) ?? '')
  writeOrRemove(world, file, npmrcText(lines.filter((line) => line.text !== text)))
}
