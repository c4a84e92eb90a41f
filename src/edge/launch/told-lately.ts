import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { replaceFile } from '../../system/atomic-write.ts'
import type { ClientMachine } from '../../system/machine.ts'
import { readOwnFile } from '../../system/own-file.ts'
import { makeOwnFolder } from '../../system/own-folder.ts'
import { statOf } from '../../system/process-identity.ts'

/* go starts its helper again for every request that is refused. A person reads the same advice once for one run of go. */

/** How many texts are remembered, over all programs. */
const most = 32

type Rememberer = Pick<ClientMachine, 'folders' | 'userId'>

/** Whether a helper of this very process has said this text to the person already; unless it cannot be known. */
export function toldLately(machine: Rememberer, id: number, text: string): boolean {
  return toldIn(machine).includes(nameOf(id, text))
}

/** Remembers it. Where that is not possible, the person reads it again. */
export function rememberTold(machine: Rememberer, id: number, text: string): void {
  try {
    makeOwnFolder(machine.folders.state, machine.userId)
    const lines = [...toldIn(machine), nameOf(id, text)].slice(-most)
    replaceFile(fileFor(machine), lines.map((line) => `${line}\n`).join(''), { durable: false })
  } catch {}
}

function toldIn(machine: Rememberer): readonly string[] {
  try {
    const text = readOwnFile(fileFor(machine), machine.userId)?.toString('utf8') ?? ''
    return text.split('\n').filter((line) => line !== '')
  } catch {
    return []
  }
}

/** Process IDs are used again, but not with the same start. Says nothing about the text. */
function nameOf(id: number, text: string): string {
  return createHash('sha256')
    .update(`${id} ${statOf(id)?.started}\n${text}`)
    .digest('hex')
}

function fileFor({ folders }: Rememberer): string {
  return join(folders.state, 'told-lately')
}
