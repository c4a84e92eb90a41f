import type { Asker } from '../core/asker.ts'
import type { Broker } from '../core/broker.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { asFailure } from '../core/failure.ts'
import type { ClientMachine } from '../system/machine.ts'
import { type Entry, type Log, logIn } from './audit.ts'

type Asked = Pick<Entry, 'tool' | 'verb'> & {
  readonly endpoint?: Endpoint | undefined
  readonly account?: string | undefined
}
type Place = { readonly endpoint?: Endpoint; readonly account?: string }

/** The same broker, which also writes to the log what a call of this machine asks of it, and what becomes of it. */
export function audited(broker: Broker, { tool }: Asker, { folders, userId }: ClientMachine): Broker {
  const log = logIn(folders.state, userId)
  return {
    ...broker,
    find: (lookup) =>
      noted(
        log,
        { ...lookup, verb: 'find', endpoint: lookup.endpoints[0] },
        () => broker.find(lookup),
        (answer) =>
          answer === undefined
            ? { outcome: 'absent' }
            : { outcome: 'granted', endpoint: answer.credential.endpoint, account: answer.user },
      ),
    save: (credential, saving) =>
      noted(
        log,
        { ...credential, tool: credential.owner, verb: 'save' },
        () => broker.save(credential, saving),
        (result) => ({ outcome: result === 'saved' ? 'granted' : 'nothing' }),
      ),
    remove: (removal) =>
      noted(
        log,
        { ...removal, verb: 'remove' },
        () => broker.remove(removal),
        (changed) => ({
          outcome: changed ? 'granted' : 'absent',
        }),
      ),
    list: () => noted(log, { tool, verb: 'list' }, () => broker.list(), counted),
    listFor: (listing) => noted(log, { tool: listing.tool, verb: 'list' }, () => broker.listFor(listing), counted),
  }
}

async function noted<Result>(
  log: Log,
  { tool, verb, ...asked }: Asked,
  work: () => Promise<Result>,
  meaning: (result: Result) => Pick<Entry, 'outcome'> & Place,
): Promise<Result> {
  const write = (end: Pick<Entry, 'outcome' | 'code'> & Place) => {
    const { outcome, code, endpoint = asked.endpoint, account = asked.account } = end
    const place = {
      ...(endpoint === undefined ? {} : { endpoint: endpoint.key }),
      ...(account === undefined ? {} : { account }),
    }
    const entry = { time: new Date().toISOString(), caller: 'local', tool, verb, ...place, outcome }
    log.write(code === undefined ? entry : { ...entry, code })
  }
  try {
    const result = await work()
    write(meaning(result))
    return result
  } catch (error) {
    const { code } = asFailure(error)
    write({ outcome: code === 'refused' ? 'refused' : 'failed', code })
    throw error
  }
}

function counted(all: readonly unknown[]): Pick<Entry, 'outcome'> {
  return { outcome: all.length === 0 ? 'absent' : 'granted' }
}
