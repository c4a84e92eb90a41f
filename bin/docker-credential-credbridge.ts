#!/usr/bin/env node
import { serve } from '../src/edge/serve.ts'
import { version } from '../src/edge/version.ts'
import { dockerDialect } from '../src/tools/docker/dialect.ts'

serve(dockerDialect(version))
