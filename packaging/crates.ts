import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Bundled } from './bundled.ts'

/* The output of `cargo metadata`: https://doc.rust-lang.org/cargo/commands/cargo-metadata.html */

interface Package {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly license: string | null
  readonly repository: string | null
  readonly manifest_path: string
  readonly targets: readonly { readonly kind: readonly string[] }[]
}

interface Node {
  readonly id: string
  readonly deps: readonly { readonly pkg: string; readonly dep_kinds: readonly { readonly kind: string | null }[] }[]
}

export interface Metadata {
  readonly packages: readonly Package[]
  readonly resolve: { readonly root: string; readonly nodes: readonly Node[] }
}

/** The crates whose code is in the executable, without those that only help to build it, sorted by name. */
export function linkedCrates({ packages, resolve }: Metadata): readonly Bundled[] {
  const linked = new Set<string>()
  const visit = (id: string) => {
    const found = packages.find((it) => it.id === id)
    if (linked.has(id) || found === undefined || isMacro(found)) return
    linked.add(id)
    const node = resolve.nodes.find((it) => it.id === id)
    for (const { pkg, dep_kinds } of node?.deps ?? []) if (dep_kinds.some(({ kind }) => kind === null)) visit(pkg)
  }
  visit(resolve.root)
  linked.delete(resolve.root)
  return packages
    .filter(({ id }) => linked.has(id))
    .map(crate)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function isMacro({ targets }: Package): boolean {
  return targets.some(({ kind }) => kind.includes('proc-macro'))
}

function crate({ name, version, license, repository, manifest_path }: Package): Bundled {
  if (license === null) throw new Error(`${name} says no licence`)
  const notice = notices(dirname(manifest_path))
  const where = `Its package holds no text of the licence; its sources are at ${repository}.`
  // An older way to write the same: https://doc.rust-lang.org/cargo/reference/manifest.html#the-license-and-license-file-fields
  const expression = license.replaceAll('/', ' OR ')
  return {
    name,
    version,
    license: expression,
    purl: `pkg:cargo/${name}@${version}`,
    notice: notice === '' ? where : notice,
  }
}

/** Where crates keep C sources of others, with a licence of their own. */
const withSources = ['quickjs', 'third_party', 'fiat']

/** The licence texts in a crate's folder, and in those of the C sources in it. */
function notices(folder: string): string {
  const files = readdirSync(folder, { withFileTypes: true })
  const own = files.filter((it) => it.isFile() && /^(licen[cs]e|copying|notice)/i.test(it.name))
  const below = files
    .filter((it) => it.isDirectory() && withSources.includes(it.name))
    .map((it) => notices(join(folder, it.name)))
  const texts = [...own.map((it) => readFileSync(join(folder, it.name), 'utf8').trim()), ...below]
  return texts.filter((text) => text !== '').join('\n\n')
}
