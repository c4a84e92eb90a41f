#!/usr/bin/env node
import { serve } from '../src/edge/serve.ts'
import { terraform } from '../src/tools/terraform/dialect.ts'

serve('terraform-credentials-credbridge', () => terraform)
