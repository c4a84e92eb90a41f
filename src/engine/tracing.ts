import type { Asker } from '../core/asker.ts'
import type { Broker, Hearing } from '../core/broker.ts'
import type { Place } from '../core/credential.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { asFailure } from '../core/failure.ts'
import type { Store } from '../core/store.ts'

/*
 * The lines of a trace (CREDBRIDGE_TRACE): who asks which store for what, how long that takes, and how it is decided.
 * A line names endpoints, accounts, owners and rules. It never has a secret, the length of one, or anything that a
 * client wrote.
 */

/** What the engine passes through a trace. */
export interface Tracing {
  store<Some extends Store>(store: Some): Some
  /** The broker, and what it tells about its lookups. */
  readonly hearing: Hearing
  broker(broker: Broker, asker: Asker): Broker
}

/** `write` gets one line without its end. `now` is in milliseconds. */
export function tracing(write: (line: string) => void, now: () => number): Tracing {
  /** Does the work and writes how long it took and what became of it. */
  async function timed<Result>(
    what: string,
    work: () => Promise<Result>,
    result: (value: Result) => string,
  ): Promise<Result> {
    const start = now()
    const took = () => `${(now() - start).toFixed(1)} ms`
    try {
      const value = await work()
      write(`${what}: ${result(value)}, ${took()}`)
      return value
    } catch (error) {
      const { code, message } = asFailure(error)
      write(`${what}: failed, ${code}, ${message}, ${took()}`)
      throw error
    }
  }

  function store<Some extends Store>(traced: Some): Some {
    const verbs: Pick<Store, 'find' | 'save' | 'remove' | 'list'> = {
      find: (asker, endpoints, account) =>
        timed(`${traced.name} finds ${keys(endpoints)}`, () => traced.find(asker, endpoints, account), counted),
      save: (asker, item, condition) =>
        timed(`${traced.name} saves ${item.kind} ${placed(item)}`, () => traced.save(asker, item, condition), done),
      remove: (asker, place, expected) =>
        timed(`${traced.name} removes ${placed(place)}`, () => traced.remove(asker, place, expected), done),
      list: (asker) => timed(`${traced.name} lists`, () => traced.list(asker), counted),
    }
    // A store's name and traits may change when it is settled, so the others are not copied.
    return Object.assign(Object.create(traced) as Some, verbs)
  }

  function broker(traced: Broker, { tool }: Asker): Broker {
    return {
      ...traced,
      find: (lookup) =>
        timed(
          `${lookup.tool} asked for ${keys(lookup.endpoints)}`,
          () => traced.find(lookup),
          (answer) => (answer === undefined ? 'gets nothing' : `gets ${placed(answer.credential)}`),
        ),
      save: (credential, saving) =>
        timed(`${credential.owner} saved ${placed(credential)}`, () => traced.save(credential, saving), String),
      remove: (removal) =>
        timed(`${removal.tool} removed at ${removal.endpoint.key}`, () => traced.remove(removal), done),
      list: () => timed(`${tool} listed`, () => traced.list(), counted),
      listFor: (listing) => timed(`${listing.tool} listed its own`, () => traced.listFor(listing), counted),
    }
  }

  const hearing: Hearing = ({ tool, kinds, endpoints, account }) => {
    const user = account === undefined ? 'any user' : `user ${JSON.stringify(account)}`
    write(`${tool} asks for ${keys(endpoints)}, ${user}, ${kinds.join(' or ')}`)
    return ({ rule, out }) => write(`rule ${rule} leaves out ${out.map(placed).join(', ')}`)
  }

  return { store, hearing, broker }
}

const mostKeys = 5

function keys(endpoints: readonly Endpoint[]): string {
  const named = endpoints.slice(0, mostKeys).map(({ key }) => key)
  const more = endpoints.length - named.length
  return named.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function placed({ endpoint, account, owner }: Place): string {
  return `${JSON.stringify(account)} of ${owner} at ${endpoint.key}`
}

function counted(all: readonly unknown[]): string {
  return `${all.length} ${all.length === 1 ? 'item' : 'items'}`
}

function done(changed: boolean): string {
  return changed ? 'done' : 'nothing changed'
}
