/** A name in one spelling, because managers ignore differences in dashes, underscores and case. */
export function bare(name: string): string {
  return name.replace(/[-_]/g, '').toLowerCase()
}
