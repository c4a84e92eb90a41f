import type { StoreType } from '../store-type.ts'

export const openbaoType: StoreType = {
  name: 'openbao',
  parameter: '<place>',
  withoutParameter: true,
  canBeSettled: true,
  open: async (context) => (await import('./places.ts')).openPlaces(context)[0],
  openAll: async (context) => (await import('./places.ts')).openPlaces(context),
  async protects(context) {
    const { serverOf } = await import('./server.ts')
    const { address } = serverOf(context)
    return `encrypted on ${address}: its policies decide who reads what, and its administrators can read everything`
  },
  useOptions: [
    { flags: '--address <url>', description: 'for openbao: the address of the server' },
    { flags: '--mount <name>', description: 'for openbao: the mount of its KV engine, version 2' },
    { flags: '--namespace <name>', description: 'for openbao: the namespace' },
    { flags: '--ca-file <file>', description: "for openbao: the certificate of the server's authority" },
    { flags: '--place <place...>', description: 'for openbao: folders of the mount, in the order of reading' },
  ],
  prepare: async (...how) => (await import('./prepare.ts')).prepare(...how),
}
