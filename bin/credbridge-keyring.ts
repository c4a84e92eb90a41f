#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { serve } from '../src/edge/serve.ts'
import { thisMachine } from '../src/engine/open.ts'
import { conversation, conversationWord } from '../src/tools/python/conversation.ts'
import { keyring } from '../src/tools/python/dialect.ts'

const machine = thisMachine('python')
const command = keyring({ ...machine, home: machine.places.home, exists: existsSync })
serve(process.argv[2] === conversationWord ? conversation : command)
