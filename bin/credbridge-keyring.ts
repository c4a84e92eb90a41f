#!/usr/bin/env node
import { serve } from '../src/edge/serve.ts'
import { conversationWord } from '../src/tools/python/conversation-word.ts'
import { keyring } from '../src/tools/python/dialect.ts'

serve('credbridge-keyring', async (machine, words) =>
  words[0] === conversationWord ? (await import('../src/tools/python/conversation.ts')).conversation : keyring(machine),
)
