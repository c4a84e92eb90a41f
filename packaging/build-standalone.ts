import { parseArgs } from 'node:util'
import { buildStandalone, standaloneFolder } from './standalone.ts'
import { targetNamed } from './targets.ts'

/* npm run build:standalone [-- --target=linux-arm64] */

const { values } = parseArgs({ options: { target: { type: 'string' } } })
const target = targetNamed(values.target)
await buildStandalone(target, standaloneFolder(target))
