import { join } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { type Hint, hint } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'
import type { Machine } from '../../system/machine.ts'
import { readOwnFile } from '../../system/own-file.ts'
import type { StoreContext } from '../store-type.ts'
import { type Server, variable } from './server.ts'

/** A token, and where it is from. */
export interface TokenSource {
  readonly token: Secret
  /** For a person: `the token in BAO_TOKEN`. */
  readonly from: string
  /** How a person gets another one. */
  readonly mends: readonly Hint[]
}

const signIn = hint`to sign in: credbridge openbao login`
const byTheirOwn = [hint`to get another one: bao login`]

/**
 * The token for a server, from where `bao` and `vault` have it, in their order: the environment, the token helper, the
 * file. What the environment has for another server is not sent.
 */
export async function tokenOf(server: Server, { machine }: StoreContext): Promise<TokenSource | undefined> {
  if (!server.isEnvironments) return undefined
  const { env } = machine
  const name = env['BAO_TOKEN'] === undefined ? 'VAULT_TOKEN' : 'BAO_TOKEN'
  const inVariable = variable(env, 'TOKEN')
  if (inVariable !== undefined) {
    return {
      token: tokenIn(inVariable, name),
      from: `the token in ${name}`,
      mends: [hint`put another one into ${name}`],
    }
  }
  const helper = helperIn(machine)
  if (helper !== undefined) return fromHelper(helper, machine)
  const file = env['BAO_TOKEN_PATH'] ?? join(machine.home, '.vault-token')
  const text = readOwnFile(file, machine.userId)?.toString('utf8').trim() ?? ''
  return text === '' ? undefined : { token: tokenIn(text, file), from: `the token in ${file}`, mends: byTheirOwn }
}

export function noToken({ address }: Server): Failure {
  return new Failure('locked', `there is no token for ${address}`, { hints: [signIn] })
}

/** https://openbao.org/docs/commands/token-helper: the program that the configuration of `bao` or `vault` names. */
function helperIn({ env, home, files }: Machine): string | undefined {
  const named = env['BAO_CONFIG_PATH'] ?? env['VAULT_CONFIG_PATH']
  for (const file of named === undefined ? [join(home, '.bao'), join(home, '.vault')] : [named]) {
    const [, helper] = /^[\s{]*"?token_helper"?\s*[=:]\s*"([^"\\]*)"/m.exec(files.read(file) ?? '') ?? []
    if (helper !== undefined && helper !== '') return helper
  }
  return undefined
}

async function fromHelper(program: string, machine: Machine): Promise<TokenSource | undefined> {
  if (!program.startsWith('/')) {
    throw new Failure('refused', `the token helper ${program} is not named by an absolute path`)
  }
  if (machine.isOwnProgram(program)) throw new Failure('refused', 'the token helper is credbridge itself')
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
