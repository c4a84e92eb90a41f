#!/usr/bin/env node
import { serve } from '../src/edge/serve.ts'
import { bazel } from '../src/tools/bazel/dialect.ts'

serve('credbridge-bazel', () => bazel)
