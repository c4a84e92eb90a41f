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

function notices(works: readonly Bundled[]): string {
  const head = 'credbridge contains the following works of others, under their own licences.\n'
  const each = works.flatMap(({ name, version, license, notice }) =>
    notice === undefined ? [] : [`${line}\n${name} ${version} (${license})\n\n${notice}\n`],
  )
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
