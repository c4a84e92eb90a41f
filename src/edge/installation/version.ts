/** The version from package.json. The build inserts it here. */
export const version: string = process.env['CREDBRIDGE_VERSION_AT_BUILD'] ?? 'from source'

/** Whether this is the standalone executable. The build inserts it here. */
export const standalone: boolean = process.env['CREDBRIDGE_STANDALONE_AT_BUILD'] === 'yes'
