import { hint } from '../core/hint.ts'

/** For a person who does not want the store in use, or does not want to wait for it. */
export const toChoose = hint`to use another store: credbridge use vault`
