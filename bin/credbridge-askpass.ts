#!/usr/bin/env node
import { callingProgram } from '../src/edge/launch/calling-program.ts'
import { serve } from '../src/edge/serve.ts'
import { refuseServersWords } from '../src/tools/askpass/caller.ts'
import { askpass } from '../src/tools/askpass/dialect.ts'

serve('credbridge-askpass', ({ run }) =>
  askpass(async (program) => refuseServersWords(program, await callingProgram(), run)),
)
