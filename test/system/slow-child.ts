import { write } from '../../src/edge/stdio.ts'
import { runIn } from '../../src/system/child.ts'

const run = runIn(process.env)

const [, , script = ''] = process.argv

run('/bin/sh', ['-c', script], { limit: 300 }).then(
  () => write(1, 'ended\n'),
  (failure) => write(1, `${failure.code}\n`),
)
