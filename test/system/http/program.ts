import { writeSync } from 'node:fs'
import { ask } from './asking.ts'
import { authorize } from './authorizing.ts'
import { webNames } from './web-names.ts'

/* A program for tests of what our client, a library for OAuth and the names of the web do on a host. */

const works = { ask, authorize, webNames }

/** Does the work with the input, the last two words of the command line, and prints the result. */
export async function run(): Promise<void> {
  const [work, input = ''] = process.argv.slice(-2)
  writeSync(1, JSON.stringify(await works[work as keyof typeof works](JSON.parse(input))))
}
