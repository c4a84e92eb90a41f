#!/usr/bin/env node
import { serve } from '../src/edge/serve.ts'
import { pnpm } from '../src/tools/pnpm/dialect.ts'

serve('credbridge-pnpm', () => pnpm)
