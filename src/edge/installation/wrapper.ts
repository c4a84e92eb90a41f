import { shellWord } from '../../core/hint.ts'

/*
 * The wrappers that clients start if our commands run on Node. The client's PATH may be an editor's, cron's or a
 * desktop's, which often lacks Node, so `#!/usr/bin/env node` would fail. A wrapper contains Node's path. It tries the
 * paths that setup found, then other versions of Node beside the one that ran setup, because version managers remove
 * old folders.
 */

export interface Start {
  readonly node: string
  readonly file: string
}

/** A folder with one folder for each version, and the paths of the files in each of these. */
export interface Versions {
  readonly folder: string
  readonly node: string
  /** Absolute if it is not in a version's folder. */
  readonly file: string
}

export interface Wrapper {
  readonly command: string
  /** In the order in which they are tried. */
  readonly starts: readonly [Start, ...Start[]]
  readonly versions?: Versions | undefined
  /** The command starts the caller's own program, which needs the Node options in the environment. */
  readonly keepsOptions?: boolean
}

const gone = 'credbridge: Node or credbridge is no longer where it was at setup'
const mend = 'hint: credbridge doctor'
/** Where nobody finds `credbridge`, it was removed without `credbridge uninstall`. */
const finish = 'hint: if it was removed, install it again, and run: credbridge uninstall'

/** A shell's exit code for a command that is not found. */
const notFound = 127

export function shellWrapper({ command, starts, versions, keepsOptions = false }: Wrapper): string {
  return `#!/bin/sh
# Made by: credbridge setup. Starts ${command} whatever PATH is.
${keepsOptions ? '' : 'unset NODE_OPTIONS\n'}start() {
  node=$1 file=$2
  shift 2
  if [ -x "$node" ] && [ -r "$file" ]; then exec "$node" "$file" "$@"; fi
}
${starts.map(({ node, file }) => `start ${shellWord(node)} ${shellWord(file)} "$@"\n`).join('')}${
  versions === undefined ? '' : startOfNewest(versions)
}echo ${shellWord(gone)} >&2
if command -v credbridge >/dev/null 2>&1; then hint=${shellWord(mend)}; else hint=${shellWord(finish)}; fi
echo "$hint" >&2
exit ${notFound}
`
}

/** The shell sorts the folders by name. */
function startOfNewest({ folder, node, file }: Versions): string {
  const path = file.startsWith('/') ? shellWord(file) : `"$version"/${shellWord(file)}`
  return `newest=
for version in ${shellWord(folder)}/*; do
  if [ -x "$version"/${shellWord(node)} ] && [ -r ${path} ]; then newest=$version; fi
done
version=$newest
[ -z "$version" ] || start "$version"/${shellWord(node)} ${path} "$@"
`
}
