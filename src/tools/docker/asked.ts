import { type Address, hostAndPort } from '../../core/endpoint.ts'
import type { Hint } from '../../core/hint.ts'
import type { FoundSecrets, NotAsking, PlainSecret } from '../tool.ts'
import { helperIn, membersOf } from './config.ts'
import { dockerHelper } from './names.ts'
import type { Client } from './places.ts'
import { configKeyOf } from './registries.ts'
import { addressOf } from './unreachable.ts'

/** Which registries a client asks credbridge about. */
export interface Asking extends Pick<NotAsking, 'why'> {
  isAsked(at: Address): boolean
  /** The command that makes it ask about this registry, and about others only if it asks about none of those found. */
  setup(at: Address, asksOthers: boolean): Hint
}

/** Adds to each secret whether its client asks credbridge about it. */
export function withAsking({ secrets, remarks }: FoundSecrets, { isAsked, why, setup }: Asking): FoundSecrets {
  const addresses = secrets.flatMap((secret) => addressOf(secret) ?? [])
  const asksOthers = addresses.some(isAsked)
  const marked = (secret: PlainSecret): PlainSecret => {
    const at = addressOf(secret)
    return at === undefined ? secret : { ...secret, asks: isAsked(at) || { why, setup: setup(at, asksOthers) } }
  }
  return { secrets: secrets.map(marked), remarks }
}

/** The words that limit a setup to this registry, where others are asked about already. */
export function onlyFor(at: Address, asksOthers: boolean): readonly string[] {
  return asksOthers ? ['--registry', hostAndPort(at)] : []
}

/**
 * The words of the setup that makes docker or helm ask credbridge about this registry. A setup for all does not reach
 * one with a helper of its own, and no setup takes the place of another helper without `--replace`.
 */
export function wordsOfSetup({ name }: Client, text: string, at: Address, asksOthers: boolean): readonly string[] {
  const [asks, key] = [helperIn(text), configKeyOf(at)]
  const hasOwn = membersOf(text, 'credHelpers').some((member) => member.name === key)
  const isAlone = asksOthers || hasOwn || asks('') === dockerHelper.name
  const former = asks(isAlone ? key : '') ?? ''
  return ['setup', name, ...onlyFor(at, isAlone), ...(former === '' ? [] : ['--replace'])]
}
