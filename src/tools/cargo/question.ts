import type { MakeQuestion } from '../question.ts'
import { cargo } from './dialect.ts'
import { startedByCargo } from './names.ts'

/** cargo's request for a sparse index. cargo sends no user. */
export const cargoQuestion: MakeQuestion = async ({ endpoint }, machine) => {
  if (endpoint.form !== 'address') return undefined
  const registry = { 'index-url': `sparse+${endpoint.key}/`, name: null, headers: [] }
  const request = { v: 1, registry, kind: 'get', operation: 'read', args: [] }
  return { dialect: cargo(machine), words: [startedByCargo], input: `${JSON.stringify(request)}\n` }
}
