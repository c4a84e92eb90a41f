import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../../../src/core/store.ts'
import { placesOf } from '../../../src/stores/openbao/places.ts'
import type { OpenbaoSettings, StoreContext } from '../../../src/stores/store-type.ts'
import type { Environment } from '../../../src/system/machine.ts'
import type { AtEnd } from '../../real/session.ts'
import { testMachine } from '../../test-machine.ts'

/** What a store is opened with: a home of its own, these settings and this environment. */
export function contextOf(atEnd: AtEnd, openbao: OpenbaoSettings, env: Environment = {}): StoreContext {
  const home = mkdtempSync(join(tmpdir(), 'cb-openbao-'))
  atEnd(async () => rmSync(home, { recursive: true, force: true }))
  const settings = { stores: undefined, vaultKeyFile: undefined, secretServiceSession: 'plain', openbao } as const
  return { machine: testMachine(home, { env }), settings, parameter: '' }
}

/** The stores of all places. */
export function storesOf(context: StoreContext): readonly [Store, ...Store[]] {
  return placesOf(context)
}
