/** The version of this program, as package.json says it; the build puts it here. */
export const version: string = process.env['CREDBRIDGE_VERSION_AT_BUILD'] ?? 'from source'
