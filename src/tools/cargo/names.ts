/** The command that cargo starts. */
export const command = 'cargo-credential-credbridge'

/** Its only argument, from cargo. */
export const startedByCargo = '--cargo-plugin'

/**
 * With this word in cargo's configuration our command answers with the index of the registry and does nothing else. So
 * setup and import ask cargo where its default registry is.
 */
export const saysIndex = '--says-index'
