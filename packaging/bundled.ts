import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './project.ts'

/** A package of somebody else's that went into a file of ours. */
export interface Bundled {
  readonly name: string
  readonly version: string
  /** As SPDX names it. */
  readonly license: string
  /** The text that must go along. */
  readonly text: string
}

/** The packages that these input files of a bundler belong to, by name. */
export function bundledPackages(inputs: Iterable<string>): readonly Bundled[] {
  const folders = new Set([...inputs].map(packageFolder).filter((folder) => folder !== undefined))
  return [...folders].map((folder) => packageIn(join(root, folder))).sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** What the package in this folder says of itself. One that says nothing must not be shipped: that is an error. */
export function packageIn(folder: string): Bundled {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const files = readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file))
  const text = files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
  if (typeof license === 'string' && text !== '') return { name, version, license, text }
  throw new Error(`${name} in ${folder} says no licence or holds no text of it`)
}

function packageFolder(input: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]
}
