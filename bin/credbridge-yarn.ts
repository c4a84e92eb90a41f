#!/usr/bin/env node
import { serve } from '../src/edge/serve.ts'
import { yarn } from '../src/tools/yarn/dialect.ts'

serve('credbridge-yarn', () => yarn)
