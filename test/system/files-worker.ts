import { writeSync } from 'node:fs'
import { asFailure } from '../../src/core/failure.ts'
import { addFile, replaceFile } from '../../src/system/atomic-write.ts'
import { userFiles } from '../../src/system/user-files.ts'

/* A process that does one thing to one file. Its arguments: the action, the path, the text. */

const [, , what = '', path = '', text = ''] = process.argv
const files = userFiles({ userId: process.getuid?.() ?? -1, platform: process.platform })

const deeds: Readonly<Record<string, () => unknown>> = {
  replace: () => replaceFile(path, text),
  add: () => addFile(path, text),
  write: () => files.write(path, text),
  remove: () => files.remove(path),
  link: () => files.link(path, text),
  folder: () => files.folder(path),
}

try {
  writeSync(1, JSON.stringify(deeds[what]?.() ?? 'done'))
} catch (error) {
  const { code, message } = asFailure(error)
  writeSync(1, JSON.stringify(`${code}: ${message}`))
}
