import { beforeAll } from 'vitest'
import type { StoreContext } from '../../../src/stores/store-type.ts'
import { atEndOfSuite } from '../../real/at-end.ts'
import { needsOpenbao, type Openbao, startOpenbao } from '../../real/openbao.ts'
import { storeContract } from '../contract.ts'
import { contextOf, storesOf } from './place.ts'

needsOpenbao('OpenBao', () => {
  let bao: Openbao
  let context: StoreContext
  const atEnd = atEndOfSuite()
  beforeAll(async () => {
    bao = await startOpenbao(atEnd)
    const { token } = await bao.person('ann')
    context = contextOf(atEnd, { address: bao.address }, { BAO_TOKEN: token })
  })
  storeContract('openbao', () => storesOf(context)[0])
})
