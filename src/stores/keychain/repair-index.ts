import { isFailure } from '../../core/failure.ts'
import { serviceOf } from '../../core/item.ts'
import type { Calls } from './calls.ts'
import type { OpenIndex } from './change-index.ts'
import { entryOf, type Row } from './index-file.ts'
import { accountIn, keychainKeyIn } from './keychain-key.ts'

/** Looks up the rows that a crash left open. Closes those that are in the keychain, and drops the others. */
export async function mend(index: OpenIndex, calls: Calls, platform: string): Promise<void> {
  const rows: Row[] = []
  for (const row of index.rows) {
    const there = row.open === true ? await isThere(row, calls, platform) : undefined
    if (there === true) rows.push(closed(row))
    else if (there === undefined) rows.push(row)
  }
  if (rows.some((row, at) => row !== index.rows[at]) || rows.length < index.rows.length) index.write(rows)
}

export function closed({ open, ...row }: Row): Row {
  return row
}

/** Whether the row's item is in the keychain; `undefined` if unknown. Never asks a person on Linux. */
async function isThere(row: Row, calls: Calls, platform: string): Promise<boolean | undefined> {
  const place = entryOf(row)
  const key = keychainKeyIn(place, platform)
  if (key === undefined) return false
  try {
    if (platform === 'darwin' || platform === 'win32') {
      return (await calls.read(key.service, key.account)) !== undefined
    }
    const found = await calls.search(serviceOf(place))
    return found.some(({ account }) => accountIn(account, platform) === row.account)
  } catch (error) {
    if (isFailure(error) && error.stuck) throw error
    return undefined
  }
}
