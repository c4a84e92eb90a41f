import { afterAll, beforeAll } from 'vitest'
import type { StoreContext } from '../../../src/stores/store-type.ts'
import { needsOpenbao, type Openbao, startOpenbao } from '../../real/openbao.ts'
import { storeContract } from '../contract.ts'
import { contextOf, storesOf } from './place.ts'

needsOpenbao('OpenBao', () => {
  let bao: Openbao
  let context: StoreContext
  beforeAll(async () => {
    bao = await startOpenbao(afterAll)
    const { token } = await bao.person('ann')
    context = contextOf(afterAll, { address: bao.address }, { BAO_TOKEN: token })
  })
  storeContract('openbao', () => storesOf(context)[0])
})
