import { shellWord } from '../../core/hint.ts'

/*
 * What a client starts where our commands run on Node. Its PATH is an editor's, cron's or a desktop's, which often has no
 * Node, so the first line of our files (`#!/usr/bin/env node`) would not do: a wrapper knows where Node is. It tries the places
 * that setup saw, then other versions of Node beside the one that setup ran on: managers of versions remove the old folder.
 */

export interface Start {
  readonly node: string
  readonly file: string
}

/** Folders of one version each, in one folder; what is in them, relative to each. */
export interface Versions {
  readonly folder: string
  readonly node: string
  /** Absolute where it does not lie in the folder of a version. */
  readonly file: string
}

export interface Wrapper {
  readonly command: string
  /** In the order in which they are tried. */
  readonly starts: readonly [Start, ...Start[]]
  readonly versions?: Versions | undefined
  /** The command starts the caller's own program, which needs the options for Node that are in the environment. */
  readonly keepsOptions?: boolean
}

const gone = 'credbridge: Node or credbridge is no longer where it was at setup'
const mend = 'hint: credbridge doctor'

/** 127 is what a shell ends with when a command is not found. */
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
echo ${shellWord(mend)} >&2
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

/** For Windows, where Node and credbridge stay in their places. */
export function batchWrapper({ command, starts: [{ node, file }], keepsOptions = false }: Wrapper): string {
  const quoted = (path: string) => `"${path.replaceAll('%', '%%')}"`
  const lines = [
    `@rem Made by: credbridge setup. Starts ${command} whatever PATH is.`,
    '@setlocal',
    `@if not exist ${quoted(node)} goto gone`,
    `@if not exist ${quoted(file)} goto gone`,
    ...(keepsOptions ? [] : ['@set NODE_OPTIONS=']),
    `@${quoted(node)} ${quoted(file)} %*`,
    '@exit /b %errorlevel%',
    ':gone',
    `@echo ${gone} 1>&2`,
    `@echo ${mend} 1>&2`,
    `@exit /b ${notFound}`,
  ]
  return lines.map((line) => `${line}\r\n`).join('')
}
