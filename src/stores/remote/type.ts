import { resolve } from 'node:path'
import type { StoreType } from '../store-type.ts'

export const remoteType: StoreType = {
  name: 'remote',
  parameter: '</path/to/socket>',
  withoutParameter: true,
  canBeSettled: true,
  remote: true,
  open: async (context) => (await import('./open.ts')).openRemote(context),
  useOptions: [{ flags: '--socket <path>', description: 'for remote: where credbridge serve answers' }],
  async prepare({ settings, parameter }, { socket }) {
    const path = typeof socket === 'string' ? resolve(socket) : parameter
    return { parameter: path, settings, keep: () => {} }
  },
  protects: async () => 'nothing is kept here: another machine decides, by what credbridge serve grants there',
}
