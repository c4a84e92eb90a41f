import { withoutPerson } from '../core/asker.ts'
import { type Endpoint, parseAddress, serviceName } from '../core/endpoint.ts'
import { asFailure, Failure } from '../core/failure.ts'
import { objectIn } from '../core/record.ts'
import type { CliContext } from '../edge/terminal/cli-context.ts'
import { ignoreSignals } from '../edge/terminal/interruption.ts'
import type { Order } from '../engine/renew-order.ts'
import { renewAt } from '../sign-in/renewer.ts'
import { openStore } from '../stores/open.ts'
import { httpClient } from '../system/http/client.ts'
import { broken } from './arguments.ts'

/** In milliseconds. A provider that answers late may bring the only refresh token that still works. */
const longestExchange = 30_000

/** What the process does that a client's call starts to renew a token (engine/renew.ts). No signal of a terminal ends it. */
export async function renewToken(context: CliContext): Promise<void> {
  ignoreSignals()
  const { engine, machine, asker, terminal } = context
  const order = objectIn((await terminal.readSecret()).expose()) as Order | undefined
  if (order === undefined) throw new Failure('malformed', 'this command is for credbridge itself')
  try {
    const settings = await engine.settings()
    const store = await openStore(order.store, settings, machine)
    const fetch = httpClient({ environment: machine.env, limit: longestExchange, caFile: settings.httpCaFile })
    const { account, owner } = order
    const place = { endpoint: endpointOf(order), account, owner }
    const open = (name: string) => openStore(name, settings, machine)
    const silent = withoutPerson(asker)
    await renewAt({ machine, store, asker: silent, fetch, now: Date.now, openStore: open }, place)
    context.end(0)
  } catch (error) {
    context.end(broken, asFailure(error).stuck)
  }
}

function endpointOf({ endpoint: { form, key } }: Order): Endpoint {
  return form === 'address' ? parseAddress(key) : serviceName(key)
}
