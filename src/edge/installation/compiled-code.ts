import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { Script } from 'node:vm'
import { replaceFile } from '../../system/atomic-write.ts'
import { discard } from '../../system/discard.ts'
import { unlessAbsent } from '../../system/disk-failure.ts'
import { makeFolder } from '../../system/make-folder.ts'
import { namesIn } from '../../system/own-file.ts'

/*
 * Without help, V8 compiles a command's code at each start, which takes a fifth of a call. So setup keeps the compiled
 * code beside the code itself, in the folder of the installation. V8 believes what it is given: it compares its own
 * version, its flags and the length of the text. So the name has a hash of the text, and no other folder is used.
 */

/** The folder of the compiled code in that of the installation. */
export const compiledFolder = 'compiled'

/** The folder of the commands' own code there. */
export const codeFolder = 'code'

/** Distinguishes the code of a command from that of another release. */
export function hashOfCode(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex').slice(0, 16)
}

/** Keeps the compiled code of these commands for this Node. Where the folder cannot be written to, nothing is kept. */
export function compileCommands(commands: readonly string[], installation: string): void {
  for (const command of commands) {
    const file = join(installation, codeFolder, `${command}.cjs`)
    const text = unlessAbsent(file, () => readFileSync(file, 'latin1'))
    if (text !== undefined) keep(command, hashOfCode(text), compiled(text, file), join(installation, compiledFolder))
  }
}

function keep(command: string, hash: string, code: Uint8Array, folder: string): void {
  const name = `${command}-${hash}-`
  try {
    makeFolder(folder, 0o755)
    replaceFile(join(folder, `${name}${process.version}-${process.arch}`), code, { mode: 0o644 })
    const isOutdated = (one: string) => /^-[0-9a-f]{16}-/.test(one.slice(command.length)) && !one.startsWith(name)
    for (const one of namesIn(folder)) if (one.startsWith(command) && isOutdated(one)) discard(join(folder, one))
  } catch {}
}

/** All functions, also those that V8 would compile only when they are called. */
function compiled(text: string, filename: string): Uint8Array {
  setFlagsFromString('--no-lazy')
  try {
    const script = new Script(text, { filename })
    // What is kept also says with which flags it was compiled, and is used only with the same.
    setFlagsFromString('--lazy')
    return script.createCachedData()
  } finally {
    setFlagsFromString('--lazy')
  }
}
