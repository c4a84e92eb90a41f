#!/usr/bin/env node
import { version } from '../src/edge/installation/version.ts'
import { serve } from '../src/edge/serve.ts'
import { dockerDialect } from '../src/tools/docker/dialect.ts'

serve('docker-credential-credbridge', () => dockerDialect(version))
