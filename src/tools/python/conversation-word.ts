/** The argument that starts this conversation. No option of `keyring` begins like it. */
export const conversationWord = '--credbridge-backend'
