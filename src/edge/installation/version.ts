/** The version of this program, as package.json says it; the build puts it here. */
export const version: string = process.env['CREDBRIDGE_VERSION_AT_BUILD'] ?? 'from source'

/** What runs this program: Node, or an executable that needs no Node, compiled by Bun or of our own host (runtime/). */
export const runtime: string = process.env['CREDBRIDGE_RUNTIME_AT_BUILD'] ?? 'node'

/** Whether this is an executable that needs no Node. */
export const standalone: boolean = runtime !== 'node'
