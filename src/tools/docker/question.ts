import type { MakeQuestion } from '../question.ts'
import { isServer, registryOf, serverOf } from './address.ts'
import { containersDialect, dockerDialect } from './dialect.ts'

/** The request of docker and helm. */
export const dockerQuestion: MakeQuestion = async ({ endpoint }) => {
  return isServer(endpoint) ? { dialect: dockerDialect(''), words: ['get'], input: serverOf(endpoint) } : undefined
}

/** The request of podman, skopeo and buildah. */
export const containersQuestion: MakeQuestion = async ({ endpoint }) => {
  const registry = registryOf(endpoint)
  return registry === undefined ? undefined : { dialect: containersDialect(''), words: ['get'], input: registry }
}
