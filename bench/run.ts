import { parseArgs } from 'node:util'
import { git } from './git.ts'
import { measure } from './measure.ts'
import type { Part } from './part.ts'
import { goalTable, judge, table } from './report.ts'
import { starts } from './starts.ts'
import { startWorld } from './world.ts'

/* npm run bench [-- --quick] [-- --only=git,docker] */

const parts: readonly Part[] = [starts, git]

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } })
const only = values.only?.split(',')
const wanted = parts.filter(({ name }) => only === undefined || only.includes(name) || name === 'starts')
const turns = values.quick === true ? 10 : 40

const ends: (() => Promise<void>)[] = []
const world = await startWorld((work) => ends.push(work))
try {
  const prepared = []
  for (const part of wanted) prepared.push(await part.prepare(world))
  const figures = measure(
    prepared.flatMap(({ rows }) => rows),
    turns,
  )
  for (const { more } of prepared) figures.push(...((await more?.()) ?? []))
  console.log(table(figures))
  console.log(
    goalTable(
      judge(
        prepared.flatMap(({ goals }) => goals),
        figures,
      ),
    ),
  )
} finally {
  for (const end of ends.toReversed()) await end()
}
