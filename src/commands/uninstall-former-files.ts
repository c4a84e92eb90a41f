import type { Credential, Entry } from '../core/credential.ts'
import type { Failure } from '../core/failure.ts'
import { sameValue } from '../core/same.ts'
import type { Machine } from '../system/machine.ts'
import type { Keeper, PlainSecrets, Tool } from '../tools/tool.ts'
import type { Taken } from './import-journal.ts'
import { writeBack } from './import-undo.ts'

/** The files from which an import moved a tool's secrets. Each can go back there. */
export async function formerFiles(machine: Machine, tool: Tool, journal: readonly Taken[]): Promise<readonly Keeper[]> {
  const ofTool = journal.filter((entry) => entry.tool === tool.name && entry.trace['file'] !== undefined)
  const source = ofTool.length === 0 ? undefined : await tool.plainSecrets?.()
  if (source === undefined) return []
  const files = [...new Set(ofTool.map(({ trace }) => trace['file'] ?? ''))]
  return files.map((file) =>
    formerFile(
      machine,
      source,
      file,
      ofTool.filter(({ trace }) => trace['file'] === file),
    ),
  )
}

function formerFile(machine: Machine, source: PlainSecrets, file: string, entries: readonly Taken[]): Keeper {
  const entryOf = (place: Pick<Entry, 'endpoint' | 'account' | 'owner'>) =>
    entries.find(({ endpoint, service, account, owner }) => {
      const isThere = endpoint === place.endpoint.key && service === (place.endpoint.form === 'service')
      return isThere && account === place.account && owner === place.owner
    })
  return {
    name: file,
    isPlain: true,
    takes: (entry) => entryOf(entry) !== undefined,

    async held(credential: Credential) {
      const { secrets } = await source.find(machine, {})
      const there = secrets
        .map((one) => one.credential)
        .find(({ endpoint, account, owner }) => {
          return (
            endpoint.key === credential.endpoint.key && account === credential.account && owner === credential.owner
          )
        })
      if (there === undefined) return 'none'
      return sameValue(there, credential) ? 'same' : 'another'
    },

    async keep(credential) {
      const entry = entryOf(credential)
      const failures = new Map<Taken, Failure>()
      if (entry !== undefined) await writeBack(machine, source, [[entry, credential]], failures)
      for (const failure of failures.values()) throw failure
    },

    wiring: async () => [],
  }
}
