import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './project.ts'

/** A third party's work that is part of a shipped file. */
export interface Bundled {
  readonly name: string
  readonly version: string
  /** An SPDX expression. */
  readonly license: string
  /** Its origin, as a package URL: https://github.com/package-url/purl-spec */
  readonly purl: string
  /** The notice that must be shipped; absent if another work's notice contains it. */
  readonly notice?: string
}

/** The packages to which these input files of a bundler belong, sorted by name. */
export function bundledPackages(inputs: Iterable<string>): readonly Bundled[] {
  const folders = new Set([...inputs].map(packageFolder).filter((folder) => folder !== undefined))
  return [...folders].map((folder) => packageIn(join(root, folder))).sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The package in this folder. Throws if it has no licence or no licence text: such a package must not be shipped. */
export function packageIn(folder: string): Bundled {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const files = readdirSync(folder).filter((file) => /^licen[cs]e/i.test(file))
  const notice = files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
  if (typeof license === 'string' && notice !== '')
    return { name, version, license, purl: npmPurl(name, version), notice }
  throw new Error(`${name} in ${folder} has no licence or no licence text`)
}

/** The Rust crates in an addon, from the table in its notice. */
export function cratesIn({ name, notice = '' }: Bundled): readonly Bundled[] {
  const rows = [...notice.matchAll(/^\| ([\w-]+) \| (\d[^ |]*) \| ([^|]+) \|$/gm)]
  const crates = rows.map(([, name = '', version = '', license = '']) => ({
    name,
    version,
    license: license.trim(),
    purl: `pkg:cargo/${name}@${version}`,
  }))
  if (crates.length > 0) return crates
  throw new Error(`the notice of ${name} names no crate`)
}

export function npmPurl(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`
}

function packageFolder(input: string): string | undefined {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0]
}
