import type { OpenStores } from '../../src/library/passwords.ts'
import { conversation } from '../tools/conversation.ts'

/** A conversation, and its broker and store as the library opens them. */
export function opened(): ReturnType<typeof conversation> & { readonly open: OpenStores } {
  const talk = conversation()
  const { broker, store } = talk
  return { ...talk, open: async () => ({ broker, stores: [store], storeForSaves: async () => store }) }
}
