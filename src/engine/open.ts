import { type Broker, createBroker } from '../core/broker.ts'
import { type Owner, person } from '../core/credential.ts'
import { Failure } from '../core/failure.ts'
import { askedInTurn, insideHelper } from '../core/program.ts'
import type { Store } from '../core/store.ts'
import { write } from '../edge/stdio.ts'
import { socketConnector } from '../edge/unix-socket.ts'
import { openStores, type Surroundings } from '../stores/choose.ts'
import { readDescriptor } from '../system/descriptor.ts'
import { placesOf } from '../system/folders.ts'
import { readSettings, type Settings } from './settings.ts'

/** What is known before any store is opened. */
export interface Prepared {
  readonly settings: Settings
  readonly surroundings: Surroundings
}

/** What a person's commands may ask for beyond the broker. */
export interface Opened extends Prepared {
  readonly broker: Broker
  readonly stores: readonly [Store, ...Store[]]
}

/** The broker over the stores that are in use, for a call by this tool. */
export async function openBroker(tool: Owner): Promise<Broker> {
  if (process.env[insideHelper] !== undefined) throw new Failure('refused', askedInTurn)
  return (await open(tool)).broker
}

/** The settings, and the machine as this tool's stores see it. */
export async function prepare(tool: Owner): Promise<Prepared> {
  const surroundings = thisMachine(tool)
  return { settings: await readSettings(surroundings.places, surroundings.env), surroundings }
}

export async function open(tool: Owner): Promise<Opened> {
  const { settings, surroundings } = await prepare(tool)
  const stores = await openStores(settings, surroundings)
  return {
    broker: createBroker({ stores, now: Date.now, recoverHours: settings.recoverHours, aliases: settings.aliases }),
    stores,
    settings,
    surroundings,
  }
}

/** What the stores need to know of the process. Nobody is asked for anything where no screen or no wish is there. */
export function thisMachine(tool: Owner): Surroundings {
  const env = process.env
  return {
    env,
    tool,
    run: async (...call) => (await import('../system/child.ts')).runnerIn(env)(...call),
    program: async (name) => (await import('../system/programs.ts')).programsOnPath(name, env, process.platform)[0],
    isOurs: async (path) => (await import('../edge/installation/running-file.ts')).isOurs(path),
    addon: async () => (await import('../edge/installation/addon.ts')).loadAddon(),
    connector: socketConnector,
    platform: process.platform,
    userId: process.getuid?.() ?? -1,
    processId: process.pid,
    places: placesOf(env, process.platform),
    personPresent: isPersonPresent(env, process.platform),
    setVariable(name, value) {
      process.env[name] = value
    },
    ...(tool === person && env['CREDBRIDGE_PROMPT'] !== 'never'
      ? { ask: async (question: string) => (await import('../edge/terminal/ask.ts')).askUnseen(question) }
      : {}),
    readDescriptor,
    say: (line) => write(2, `credbridge: ${line}\n`),
  }
}

function isPersonPresent(env: NodeJS.ProcessEnv, platform: string): boolean {
  if (env['GIT_TERMINAL_PROMPT'] === '0' || env['CREDBRIDGE_PROMPT'] === 'never') return false
  // What the keychain shows appears on the screen of the machine itself, also for `ssh -X`.
  if ((env['SSH_CONNECTION'] ?? '') !== '') return false
  if (platform !== 'linux') return true
  return [env['DISPLAY'], env['WAYLAND_DISPLAY']].some((display) => display !== undefined && display !== '')
}
