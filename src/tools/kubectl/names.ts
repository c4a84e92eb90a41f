export const command = 'credbridge-kubectl'
export const tool = 'kubectl'

/** The versions of the protocol, the one that setup chooses first. They do not differ in what is said here. */
export const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'] as const
