#!/usr/bin/env node
import { serve } from '../src/edge/serve.ts'
import { kubectl } from '../src/tools/kubectl/dialect.ts'

serve('credbridge-kubectl', () => kubectl)
