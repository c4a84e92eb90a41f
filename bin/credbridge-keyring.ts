#!/usr/bin/env node
import { serve } from '../src/edge/serve.ts'
import { conversation, conversationWord } from '../src/tools/python/conversation.ts'
import { keyring } from '../src/tools/python/dialect.ts'

serve('credbridge-keyring', (machine, words) => (words[0] === conversationWord ? conversation : keyring(machine)))
