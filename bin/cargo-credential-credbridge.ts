#!/usr/bin/env node
import { serve } from '../src/edge/serve.ts'
import { cargo } from '../src/tools/cargo/dialect.ts'

serve('cargo-credential-credbridge', async (machine) => cargo(await machine.whole()))
