import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Bundled, npmPurl } from './bundled.ts'
import { manifest } from './project.ts'

/** Writes the list of third parties' works into a folder: the notices for people, a bill of materials for programs. */
export function writeInventory(folder: string, name: string, works: readonly Bundled[]): void {
  writeFileSync(join(folder, 'THIRD-PARTY.txt'), notices(works))
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(billOfMaterials(name, works), undefined, 2)}\n`)
}

const line = '-'.repeat(80)

/** Each notice once, under the names of all works that have it. */
function notices(works: readonly Bundled[]): string {
  const head = 'credbridge contains the following works of others, under their own licences.\n'
  const byNotice = new Map<string, string[]>()
  for (const { name, version, license, notice } of works) {
    if (notice === undefined) continue
    byNotice.set(notice, [...(byNotice.get(notice) ?? []), `${name} ${version} (${license})`])
  }
  const each = [...byNotice].map(([notice, names]) => `${line}\n${names.join('\n')}\n\n${notice}\n`)
  return [head, ...each].join('\n')
}

/**
 * CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json. Without time and serial number, so that builds are reproducible.
 */
function billOfMaterials(name: string, works: readonly Bundled[]): object {
  const own = npmPurl(name, manifest.version)
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': own,
        name,
        version: manifest.version,
        licenses: [{ expression: manifest.license }],
        purl: own,
      },
    },
    components: works.map(({ name, version, license, purl }) => ({
      type: 'library',
      'bom-ref': purl,
      name,
      version,
      licenses: [{ expression: license.replaceAll('/', ' OR ') }],
      purl,
    })),
    dependencies: [{ ref: own, dependsOn: works.map(({ purl }) => purl) }],
  }
}
