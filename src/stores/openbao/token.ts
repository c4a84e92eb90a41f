import { join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { type Hint, hint } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'
import type { ClientMachine } from '../../system/machine.ts'
import { readOwnFile } from '../../system/own-file.ts'
import type { StoreContext } from '../store-type.ts'
import { againAs, type Kept, keptFor, keptToken } from './kept.ts'
import { type Server, variable } from './server.ts'

/** A token, and where it is from. */
export interface TokenSource {
  readonly token: Secret
  /** For a person: `the token in BAO_TOKEN`. */
  readonly from: string
  /** How a person gets another one. */
  readonly mends: readonly Hint[]
  /** Present if credbridge keeps it. */
  readonly kept?: Kept
}

const byTheirOwn = [hint`to get another one: bao login`]

/**
 * The token for a server: that of the environment, that of `credbridge openbao login`, then those of `bao` and `vault`, in
 * their order: the token helper, the file. What the environment has for another server is not sent.
 */
export async function tokenOf(server: Server, context: StoreContext): Promise<TokenSource | undefined> {
  const { machine } = context
  const theirs = server.isEnvironments ? inEnvironment(machine) : undefined
  return theirs ?? (await ofLogin(server, context)) ?? (server.isEnvironments ? fromTools(machine) : undefined)
}

function inEnvironment({ env }: ClientMachine): TokenSource | undefined {
  const name = env['BAO_TOKEN'] === undefined ? 'VAULT_TOKEN' : 'BAO_TOKEN'
  const inVariable = variable(env, 'TOKEN')
  if (inVariable === undefined) return undefined
  return { token: tokenIn(inVariable, name), from: `the token in ${name}`, mends: [hint`put another one into ${name}`] }
}

/** The token of `credbridge openbao login`. */
async function ofLogin(server: Server, context: StoreContext): Promise<TokenSource | undefined> {
  const kept = keptFor(server, context.machine)
  const token = kept === undefined ? undefined : await keptToken(kept, context)
  if (kept === undefined || token === undefined) return undefined
  return { token, from: 'the sign-in', mends: [againAs(kept)], kept }
}

async function fromTools(machine: ClientMachine): Promise<TokenSource | undefined> {
  const { env } = machine
  const helper = await helperIn(machine)
  if (helper !== undefined) return fromHelper(helper, machine)
  const file = env['BAO_TOKEN_PATH'] ?? join(machine.home, '.vault-token')
  const text = readOwnFile(file, machine.userId)?.toString('utf8').trim() ?? ''
  return text === '' ? undefined : { token: tokenIn(text, file), from: `the token in ${file}`, mends: byTheirOwn }
}

export function noToken({ address }: Server): Failure {
  return new Failure('locked', `there is no token for ${address}`, {
    hints: [hint`to sign in: credbridge openbao login --address ${address}`],
  })
}

/** https://openbao.org/docs/commands/token-helper: the program that the configuration of `bao` or `vault` names. */
async function helperIn(machine: ClientMachine): Promise<string | undefined> {
  const { env, home } = machine
  const { files } = await machine.whole()
  const named = env['BAO_CONFIG_PATH'] ?? env['VAULT_CONFIG_PATH']
  for (const file of named === undefined ? [join(home, '.bao'), join(home, '.vault')] : [named]) {
    const [, helper] = /^[\s{]*"?token_helper"?\s*[=:]\s*"([^"\\]*)"/m.exec(files.read(file) ?? '') ?? []
    if (helper !== undefined && helper !== '') return helper
  }
  return undefined
}

async function fromHelper(program: string, machine: ClientMachine): Promise<TokenSource | undefined> {
  if (!program.startsWith('/')) {
    throw new Failure('refused', `the token helper ${program} is not named by an absolute path`)
  }
  if ((await machine.whole()).isOwnProgram(program))
    throw new Failure('refused', 'the token helper is credbridge itself')
  const { stdout, exitCode } = await machine.run(program, ['get'], { limit: 5_000 })
  if (exitCode !== 0) {
    throw new Failure('unavailable', `the token helper ${program} failed`, {
      hints: [hint`to see why: ${program} get`],
    })
  }
  const text = stdout.trim()
  if (text === '') return undefined
  return { token: tokenIn(text, program), from: `the token of ${program}`, mends: byTheirOwn }
}

/** A token stands in a header. */
function tokenIn(text: string, where: string): Secret {
  const token = text.trim()
  if (!/^[\x21-\x7e]+$/.test(token)) throw new Failure('malformed', `what ${where} has is not a token`)
  return new Secret(token)
}
