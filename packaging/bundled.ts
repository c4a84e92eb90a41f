import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './project.ts'

/** A work of somebody else's that went into a file of ours. */
export interface Bundled {
  readonly name: string
  readonly version: string
  /** As SPDX names it. */
  readonly license: string
  /** Where it comes from, as package URLs say it: https://github.com/package-url/purl-spec */
  readonly purl: string
  /** The notice that must go along; absent where the notice of what contains it says it. */
  readonly notice?: string
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
  const notice = files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n')
  if (typeof license === 'string' && notice !== '')
    return { name, version, license, purl: npmPurl(name, version), notice }
  throw new Error(`${name} in ${folder} says no licence or holds no text of it`)
}

/** The Rust crates that an addon is built of, from the table in its notice. */
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
