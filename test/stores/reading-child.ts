import { writeSync } from 'node:fs'
import { isCredential } from '../../src/core/credential.ts'
import { parseAddress } from '../../src/core/endpoint.ts'
import { thisClientMachine } from '../../src/edge/this-client.ts'
import { openStore } from '../../src/stores/open.ts'
import { someone } from '../asker.ts'

/* A process that reads what counting-child.ts has counted. */

const settings = { stores: undefined, vaultKeyFile: undefined, secretServiceSession: 'plain' } as const
const store = await openStore(process.argv[2] ?? '', settings, thisClientMachine())
const items = await store.find(someone, [parseAddress('https://count.example.com')])
writeSync(1, `${items.filter(isCredential).map(({ secret }) => secret.expose())}\n`)
