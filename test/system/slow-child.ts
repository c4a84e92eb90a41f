import { write } from '../../src/edge/stdio.ts'
import { run } from '../../src/system/child.ts'

const [, , script = ''] = process.argv

run('/bin/sh', ['-c', script], { limit: 300 }).then(
  () => write(1, 'ended\n'),
  (failure) => write(1, `${failure.code}\n`),
)
