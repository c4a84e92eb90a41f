import { write } from '../../src/edge/stdio.ts'
import { runnerIn } from '../../src/system/child.ts'

const [, , script = ''] = process.argv

runnerIn(process.env)('/bin/sh', ['-c', script], { limit: 300 }).then(
  () => write(1, 'ended\n'),
  (failure) => write(1, `${failure.code}\n`),
)
