#!/usr/bin/env node
import { serve } from '../src/edge/serve.ts'
import { go } from '../src/tools/go/dialect.ts'

serve('credbridge-go', () => go)
