/** The class that programs name to use credbridge. */
export const ourBackend = 'credbridge_keyring.Keyring'
