import type { Bundled } from './bundled.ts'

const line = '-'.repeat(80)

/** The notices that the licences of these packages ask for. */
export function thirdPartyNotices(holder: string, packages: readonly Bundled[]): string {
  const head = `${holder} contains the following works of others, under their own licences.\n`
  const notices = packages.map(
    ({ name, version, license, text }) => `${line}\n${name} ${version} (${license})\n\n${text}\n`,
  )
  return [head, ...notices].join('\n')
}
