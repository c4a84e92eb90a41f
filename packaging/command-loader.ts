import { codeFolder, compiledFolder } from '../src/edge/installation/compiled-code.ts'

/**
 * The file that Node starts for a command. It runs the command's code, from what V8 compiled at setup if that is there
 * (src/edge/installation/compiled-code.ts).
 */
export function commandLoader(command: string, hash: string): string {
  return `#!/usr/bin/env node
'use strict'
const { readFileSync } = require('node:fs')
const { Script } = require('node:vm')
const filename = __dirname + '/${codeFolder}/${command}.cjs'
let cachedData
try {
  cachedData = readFileSync(__dirname + '/${compiledFolder}/${command}-${hash}-' + process.version + '-' + process.arch)
} catch {}
const script = new Script(readFileSync(filename, 'latin1'), { filename, cachedData })
script.runInThisContext()(exports, require, module, __filename, __dirname)
`
}

/**
 * The command's code as a script that the loader can run. It is ASCII, because V8 reads that fastest. An escape means the
 * same as its character, except in a raw text: there the code has no other characters.
 */
export function asScript(code: string): string {
  const escaped = code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `(function (exports, require, module, __filename, __dirname) {${escaped.replace(/^#!.*\n/, '')}\n})\n`
}
