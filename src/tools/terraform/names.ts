/** The command that terraform starts. It is found by this name in a plugin folder. */
export const command = 'terraform-credentials-credbridge'
export const tool = 'terraform'

/** The label of the `credentials_helper` block. */
export const helper = 'credbridge'
