/** The class that programs name to get at credbridge. */
export const ourBackend = 'credbridge_keyring.Keyring'
