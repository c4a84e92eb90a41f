import { Secret } from '../../core/secret.ts'
import type { ForeignHelper } from '../tool.ts'
import { endpointOf } from './address.ts'
import { kindOf } from './names.ts'

/** docker-credential-secretservice: one item for each server and user, with docker's own attributes. */
export const dockerSecretService: ForeignHelper = {
  name: 'docker-secretservice',
  searches: [{ 'xdg:schema': 'io.docker.Credentials', docker_cli: '1' }],

  read({ server, username }, text) {
    if (server === undefined || username === undefined || text === '') return undefined
    const kind = kindOf(username)
    return { endpoint: endpointOf(server), account: username, owner: 'docker', kind, secret: new Secret(text) }
  },
}
