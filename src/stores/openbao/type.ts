import type { StoreType } from '../store-type.ts'
import { serverOptions } from './server-options.ts'
import { isCopyPlace, isTokenPlace } from './token-place.ts'

export const openbaoType: StoreType = {
  name: 'openbao',
  parameter: '<place>',
  withoutParameter: true,
  canBeSettled: true,
  remote: true,
  isOwnKey: (place) => isTokenPlace(place) || isCopyPlace(place),
  open: async (context) => (await (await import('./places.ts')).openPlaces(context))[0],
  openAll: async (context) => (await import('./places.ts')).openPlaces(context),
  async protects(context) {
    const { serverOf } = await import('./server.ts')
    const { address } = serverOf(context)
    const copies = (await import('./copying.ts')).copiesOf(context)
    return `encrypted on ${address}: its policies decide who reads what, and its administrators can read everything${await copies}`
  },
  useOptions: serverOptions('for openbao: '),
  sharing: {
    flags: '--with-team <team>',
    description: 'copy the account into the folder of a team on the OpenBao server',
    share: async (...how) => (await import('./commands/share.ts')).shareWithTeam(...how),
  },
  commandGroups: { openbao: 'sign in at an OpenBao or Vault server, which keeps the secrets of a team' },
  commands: async () => (await import('./commands/commands.ts')).openbaoCommands,
  prepare: async (...how) => (await import('./prepare.ts')).prepare(...how),
}
