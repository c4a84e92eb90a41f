import { run } from '../../src/edge/child.ts'
import { write } from '../../src/edge/stdio.ts'

const [, , script = ''] = process.argv

run('/bin/sh', ['-c', script], { limit: 300 }).then(
  () => write(1, 'ended\n'),
  (failure) => write(1, `${failure.code}\n`),
)
