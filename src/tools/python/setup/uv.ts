import { Failure } from '../../../core/failure.ts'
import { hint } from '../../../core/hint.ts'
import type { Change, Finding, Plan, Setup, World } from '../../tool.ts'
import { blockIn, withoutBlock } from './block.ts'
import { checkCommand, planCommand, undoCommand } from './command.ts'
import type { Caller } from './keyrings.ts'
import { netrc, overruled } from './overruled.ts'
import { pipAsks } from './pip-config.ts'
import { proveCommand } from './prove-command.ts'
import { asking, asks, line, settingsOf, uvAsks } from './uv-settings.ts'

const caller: Caller = { name: 'uv' }

/** uv's own settings file: one key before the first table, and a `keyring` on PATH that is ours. */
export const uvSetup: Setup = {
  async plan(world, options): Promise<Plan> {
    const { changes, remarks } = await planCommand(world, caller, options)
    const text = world.files.read(settingsOf(world)) ?? ''
    const advice = 'uv asks for a user by itself only where the index says `authenticate = "always"`'
    const own = asks(text) === true ? [] : [writing(world, changed(world, text))]
    return { changes: [...changes, ...own], remarks: [...remarks, ...remarksOn(world), advice] }
  },

  async undo(world): Promise<Plan> {
    const text = world.files.read(settingsOf(world)) ?? ''
    const changes = blockIn(text) === undefined ? [] : [writing(world, withoutBlock(text))]
    return { changes: [...changes, ...undoCommand(world, await pipAsks(world))], remarks: [] }
  },

  prove: (world) => proveCommand(world, caller),

  async check(world): Promise<readonly Finding[]> {
    if (!uvAsks(world) && world.program('uv') === undefined) return [{ state: 'skipped', says: 'uv is not installed' }]
    if (!uvAsks(world)) return [{ state: 'note', says: 'uv does not ask credbridge', fix: hint`credbridge setup uv` }]
    return [
      { state: 'ok', says: 'uv asks a keyring' },
      await checkCommand(world, caller),
      ...remarksOn(world).map((says) => ({ state: 'note' as const, says })),
    ]
  },
}

function remarksOn(world: World): readonly string[] {
  return [...overruled(world, 'UV_KEYRING_PROVIDER', 'subprocess'), ...netrc(world)]
}

function changed(world: World, text: string): string {
  const file = settingsOf(world)
  const hints = [hint`write into it yourself: ${line}`]
  if (asks(text) === undefined) throw new Failure('malformed', `${file} is not TOML`, { hints: [hint`mend it first`] })
  const after = asking(text)
  if (asks(after) === true) return after
  throw new Failure('refused', `${file} has keyring-provider in a way that cannot be set aside`, { hints })
}

function writing(world: World, text: string): Change {
  const file = settingsOf(world)
  const says = blockIn(text) === undefined ? `uv: ${file} no longer says ${line}` : `uv: ${file} says ${line}`
  return { says, apply: () => (text === '' ? world.files.remove(file) : world.files.write(file, text)) }
}
