#!/usr/bin/env node
import { version } from '../src/edge/installation/version.ts'
import { serve } from '../src/edge/serve.ts'
import { containersDialect } from '../src/tools/docker/dialect.ts'

serve('docker-credential-credbridge-containers', () => containersDialect(version))
