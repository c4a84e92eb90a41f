import { join } from 'node:path'
import { Failure } from '../../../core/failure.ts'
import { hint } from '../../../core/hint.ts'
import type { Change, Finding, Plan, Setup, World } from '../../tool.ts'
import { checkCommand, planCommand, undoCommand } from './command.ts'
import { netrc, overruled } from './overruled.ts'
import { callerOf, config, key, type Program, pipAsks, program, provider, wanted } from './pip-config.ts'
import { proveCommand } from './prove-command.ts'
import { uvAsks } from './uv-settings.ts'

/** pip's own configuration, through `pip config`, and a `keyring` on PATH that is ours. */
export const pipSetup: Setup = {
  async plan(world, options): Promise<Plan> {
    const pip = pipOf(world)
    const { changes, remarks } = await planCommand(world, await callerOf(world, pip), options)
    const before = await provider(world, pip)
    const own = before === wanted ? [] : [setting(world, pip, before)]
    const advice = 'pip before 26.2 asks only where the address of the index names a user: https://USER@host/simple/'
    return { changes: [...changes, ...own], remarks: [...remarks, ...remarksOn(world), advice] }
  },

  async undo(world): Promise<Plan> {
    const pip = pipOf(world)
    const before = world.files.read(memory(world))
    const changes = before === undefined ? [] : [unsetting(world, pip, before.trim())]
    return { changes: [...changes, ...undoCommand(world, uvAsks(world))], remarks: [] }
  },

  prove: async (world) => proveCommand(world, await callerOf(world, pipOf(world))),

  async check(world): Promise<readonly Finding[]> {
    const pip = program(world)
    if (pip === undefined) return [{ state: 'skipped', says: 'pip is not installed' }]
    if (!(await pipAsks(world)))
      return [{ state: 'note', says: 'pip does not ask credbridge', fix: hint`credbridge setup pip` }]
    return [
      { state: 'ok', says: 'pip asks a keyring' },
      await checkCommand(world, await callerOf(world, pip)),
      ...remarksOn(world).map((says) => ({ state: 'note' as const, says })),
    ]
  },
}

function remarksOn(world: World): readonly string[] {
  return [...overruled(world, 'PIP_KEYRING_PROVIDER', wanted), ...netrc(world)]
}

function pipOf(world: World): Program {
  const pip = program(world)
  if (pip !== undefined) return pip
  throw new Failure('unavailable', 'pip is not installed', {
    hints: [hint`install pip first`, hint`for uv: credbridge setup uv`],
  })
}

/** What was there before is remembered, so that undo puts it back. */
function setting(world: World, pip: Program, before: string): Change {
  const was = before === '' ? '' : ` (was ${before})`
  return {
    says: `pip: ${key} is ${wanted}${was}`,
    async apply() {
      world.files.write(memory(world), `${before}\n`)
      await told(config(world, pip, 'set', key, wanted))
    },
  }
}

function unsetting(world: World, pip: Program, before: string): Change {
  return {
    says: before === '' ? `pip: ${key} is not set` : `pip: ${key} is ${before}`,
    async apply() {
      if ((await provider(world, pip)) === wanted)
        await told(before === '' ? config(world, pip, 'unset', key) : config(world, pip, 'set', key, before))
      world.files.remove(memory(world))
    },
  }
}

async function told(running: ReturnType<typeof config>): Promise<void> {
  const { exitCode, stderr } = await running
  if (exitCode === 0) return
  const lines = stderr.split('\n').filter((line) => line !== '')
  throw new Failure('refused', 'pip did not take the configuration', {
    hints: lines.slice(0, 5).map((line) => hint`pip says: ${line}`),
  })
}

function memory({ places }: World): string {
  return join(places.state, 'pip-keyring-provider')
}
