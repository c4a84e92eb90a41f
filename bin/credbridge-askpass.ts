#!/usr/bin/env node
import { callingProgram } from '../src/edge/launch/calling-program.ts'
import { serve } from '../src/edge/serve.ts'
import { refuseDoubtful } from '../src/tools/askpass/caller.ts'
import { askpass } from '../src/tools/askpass/dialect.ts'

serve('credbridge-askpass', (machine) =>
  askpass(async (program, text) => refuseDoubtful(program, text, await callingProgram(), await machine.whole())),
)
