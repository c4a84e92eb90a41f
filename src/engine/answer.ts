import type { Broker } from '../core/broker.ts'
import { person } from '../core/credential.ts'
import { asFailure, Failure } from '../core/failure.ts'
import { askedAgain, insideHelper } from '../core/program.ts'
import type { Dialect } from '../tools/dialect.ts'
import { askerOf, type Call } from './call.ts'
import { converse, type Ending } from './converse.ts'
import type { Engine } from './engine.ts'

/** Answers one call of a client. `notice` receives each failure on the way. */
export async function answer(
  engine: Engine,
  dialect: Dialect,
  call: Call,
  notice: (failure: Failure) => void = () => {},
): Promise<Ending> {
  let opened: Promise<Broker> | undefined
  const openBroker = async () => {
    // A helper that credbridge started must not call credbridge again: that would be an endless loop.
    if (engine.machine.env[insideHelper] !== undefined && call.tool !== person) {
      throw new Failure('refused', askedAgain)
    }
    opened ??= engine.broker({ ...askerOf(call), memory: new WeakMap() })
    return opened
  }
  const readSetting = async (name: string) => (await engine.settings()).tools[name]
  const ending = await converse(dialect, call, openBroker, (failure) => notice(asFailure(failure)), readSetting)
  if (ending.stuck) engine.reopen()
  return ending
}
