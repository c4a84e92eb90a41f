import { basename } from 'node:path'

/*
 * Every command in one executable. The name under which it was invoked decides; where links are impossible, a first
 * word that is a command's name does.
 */

const commands: Readonly<Record<string, () => Promise<unknown>>> = {
  credbridge: () => import('../credbridge.ts'),
  'credbridge-keyring': () => import('../credbridge-keyring.ts'),
  'docker-credential-credbridge': () => import('../docker-credential-credbridge.ts'),
  'git-credential-credbridge': () => import('../git-credential-credbridge.ts'),
}

function named(name: string | undefined): (() => Promise<unknown>) | undefined {
  const plain = basename(name ?? '').replace(/\.exe$/i, '')
  return Object.hasOwn(commands, plain) ? commands[plain] : undefined
}

const byFirstWord = named(process.argv0) === commands['credbridge'] ? named(process.argv[2]) : undefined
if (byFirstWord !== undefined) process.argv.splice(2, 1)
await (byFirstWord ?? named(process.argv0) ?? commands['credbridge'])?.()
