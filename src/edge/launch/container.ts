import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { Machine } from '../../system/machine.ts'

/*
 * The socket of a grant in a container, by the documented flags of the programs that start one:
 * https://docs.docker.com/reference/cli/docker/container/run/ and
 * https://docs.podman.io/en/latest/markdown/podman-run.1.html
 */

const engines = ['docker', 'podman', 'nerdctl']
const starting = ['run', 'create']

/** Where a container finds the socket. */
const inside = '/run/credbridge'

/** The words that start the container with the folder of the socket in it, read-only, and the variable that names it. */
export function withSocket(
  program: string,
  words: readonly string[],
  { folder, name }: { readonly folder: string; readonly name: string },
): readonly string[] {
  const at = words.findIndex((word) => starting.includes(word))
  if (!engines.includes(program) || at < 0) {
    throw new Failure('malformed', `--socket is for a program that starts a container: ${engines.join(', ')}`, {
      hints: [hint`credbridge run --socket --allow https://git.example.com -- docker run --rm -it <image>`],
    })
  }
  // A comma ends a field there, and quotes are understood by some of them only.
  if (folder.includes(',')) throw new Failure('unsupported', `${folder} has a comma, which --mount cannot carry`)
  const flags = [
    ...['--mount', `type=bind,source=${folder},target=${inside},readonly`],
    ...['--env', `CREDBRIDGE_STORE=remote:${inside}/${name}`],
  ]
  return [...words.slice(0, at + 1), ...flags, ...words.slice(at + 1)]
}

/** The host's users who are root, or the caller, in a container of this engine. */
export async function usersInside(
  program: string,
  path: string,
  { userId, run }: Pick<Machine, 'userId' | 'run'>,
): Promise<{ readonly isRoot: boolean }> {
  // podman and nerdctl start containers as the caller does, without a daemon of root's.
  if (program !== 'docker') return { isRoot: userId === 0 }
  const format = '{{.OperatingSystem}} {{json .SecurityOptions}}'
  const { stdout } = await run(path, ['info', '--format', format], { limit: 10_000 })
  if (stdout.startsWith('Docker Desktop')) {
    throw new Failure('unsupported', 'Docker Desktop runs containers in a virtual machine, which no socket reaches', {
      hints: [hint`run a server of ssh in it, and use: credbridge ssh --allow https://git.example.com <host>`],
    })
  }
  return { isRoot: userId === 0 || !stdout.includes('name=rootless') }
}
