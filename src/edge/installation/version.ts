/** The version from package.json. The build inserts it here. */
export const version: string = process.env['CREDBRIDGE_VERSION_AT_BUILD'] ?? 'from source'

/** What runs this program: `node`, or in a standalone executable `native` (runtime/) or `bun`. The build inserts it. */
export const runtime: string = process.env['CREDBRIDGE_RUNTIME_AT_BUILD'] ?? 'node'

/** Whether this is a standalone executable. */
export const standalone: boolean = runtime !== 'node'
