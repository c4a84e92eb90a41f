import { splitNerfDart } from './nerf-dart.ts'
import type { Setting } from './npmrc.ts'

/** The names of settings whose value is a secret. */
const secrets = ['_authToken', '_auth', '_password']

/** Whether a setting contains a secret, for a registry or, as npm before 9 wrote it, for the default one. */
export function plainIn({ key, value }: Setting): boolean {
  return secrets.includes(splitNerfDart(key)?.name ?? key) && value !== '' && !value.includes('${')
}
