#!/usr/bin/env node
import { serve } from '../src/edge/serve.ts'
import { aws } from '../src/tools/aws/dialect.ts'

serve('credbridge-aws', () => aws)
