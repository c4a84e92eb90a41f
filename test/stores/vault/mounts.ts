import { spawnSync } from 'node:child_process'
import { needs, type Suite } from '../../real/require.ts'

/** The suite for tests that mount in their own namespace and become another user there. */
export function mounting(): Suite {
  const words = [
    '-m',
    'sh',
    '-c',
    'mount -t tmpfs none /mnt && setpriv --reuid 65534 --regid 65534 --clear-groups true',
  ]
  return needs('root that may mount in a namespace of its own', spawnSync('unshare', words).status === 0)
}

export const unprivileged = 'setpriv --reuid 65534 --regid 65534 --clear-groups'

/** The command that runs the rest in a new mount namespace, after these shell commands; `$ROOT` is the folder. */
export function inNamespace(root: string, ...commands: readonly string[]): string[] {
  return ['unshare', '-m', 'sh', '-c', [`ROOT=${root}`, ...commands, 'exec "$@"'].join('\n'), 'sh']
}
