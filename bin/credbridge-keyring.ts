#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { thisMachine } from '../src/edge/open.ts'
import { serve } from '../src/edge/serve.ts'
import { keyring } from '../src/tools/python/dialect.ts'

const machine = thisMachine('python')
serve(keyring({ ...machine, home: machine.places.home, exists: existsSync }))
