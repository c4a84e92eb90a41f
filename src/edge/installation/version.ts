/** The version of this program, as package.json says it; the build puts it here. */
export const version: string = process.env['CREDBRIDGE_VERSION_AT_BUILD'] ?? 'from source'

/** Whether this is the executable that needs no Node; the build says so. */
export const standalone: boolean = process.env['CREDBRIDGE_STANDALONE_AT_BUILD'] === 'yes'
