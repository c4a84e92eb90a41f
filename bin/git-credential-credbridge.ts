#!/usr/bin/env node
import { serve } from '../src/edge/serve.ts'
import { git } from '../src/tools/git/dialect.ts'

serve('git-credential-credbridge', () => git)
