import type { Entry, Owner } from '../core/credential.ts'
import { kindsShown } from '../core/stored-view.ts'
import { tools } from '../tools/index.ts'

/** Whether the tool could list this entry if it were shared with it. */
export function canList(name: Owner, entry: Entry): boolean {
  return tools.some(
    (tool) => tool.name === name && kindsShown(entry).some((kind) => tool.lists?.({ ...entry, kind }) === true),
  )
}
