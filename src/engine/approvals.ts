import { delimiter, isAbsolute, join } from 'node:path'
import type { Credential, Place } from '../core/credential.ts'
import { entriesOf } from '../core/entry-list.ts'
import { mintingOf } from '../core/minted.ts'
import { withLock } from '../system/lock.ts'
import type { Machine } from '../system/machine.ts'
import { readOwnFile } from '../system/own-file.ts'
import { isInProject } from '../system/project.ts'
import { hashOf, placeName } from './place-name.ts'

/*
 * The commands that this person lets credbridge run on this machine. A record in a store may come from elsewhere, so it
 * approves nothing: what does is a file in the state folder, which no store, import or project writes. It holds hashes,
 * because the words of a command may be private.
 */

/** Lets the exact words of one command run for one place in one store, with this PATH. */
interface Approval {
  readonly place: string
  readonly words: string
  readonly path: string
}

export type Approver = Pick<Machine, 'env' | 'files' | 'folders' | 'home' | 'processId' | 'userId' | 'workingFolder'>

/** The PATH with which the person approved this credential's command; `undefined` if it is not approved. */
export function approvedPath(machine: Approver, store: string, minted: Credential): string | undefined {
  const { place, words } = namesOf(store, minted)
  return read(machine).find((one) => one.place === place && one.words === words)?.path
}

/** Approves the command of this credential, in place of another one that was approved for the same place. */
export async function approve(machine: Approver, store: string, minted: Credential): Promise<void> {
  const names = namesOf(store, minted)
  await change(machine, (all) => [
    ...all.filter(({ place }) => place !== names.place),
    { ...names, path: pathOf(machine) },
  ])
}

/** Withdraws the approval for this place. False if there was none. */
export async function withdraw(machine: Approver, store: string, at: Place): Promise<boolean> {
  const named = placeName(store, at)
  const isThere = read(machine).some(({ place }) => place === named)
  if (isThere) await change(machine, (all) => all.filter(({ place }) => place !== named))
  return isThere
}

/** The folders of PATH as the person has them in a shell, without relative ones and those of a project. */
function pathOf(machine: Approver): string {
  const { PATH, Path = '' } = machine.env
  const folders = (PATH ?? Path).split(delimiter).filter(isAbsolute)
  return folders.filter((folder) => !isInProject(machine, folder)).join(delimiter)
}

function namesOf(store: string, minted: Credential): Pick<Approval, 'place' | 'words'> {
  return { place: placeName(store, minted), words: hashOf(mintingOf(minted).command) }
}

function read(machine: Approver): readonly Approval[] {
  const file = fileFor(machine)
  const text = readOwnFile(file, machine.userId)?.toString('utf8')
  return entriesOf(file, text, ['place', 'words', 'path'])
}

async function change(machine: Approver, to: (all: readonly Approval[]) => readonly Approval[]): Promise<void> {
  const file = fileFor(machine)
  const { userId, processId, folders } = machine
  const place = { folder: join(folders.state, 'locks'), name: 'approvals', userId, processId }
  const options = { wait: 10_000, busy: 'another command is changing what is approved', guards: [file] }
  await withLock(place, options, ({ replaceFile }) =>
    replaceFile(file, `${JSON.stringify(to(read(machine)), undefined, 2)}\n`),
  )
}

function fileFor({ folders }: Approver): string {
  return join(folders.state, 'approved-commands.json')
}
