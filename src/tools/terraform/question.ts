import { hostAndPort } from '../../core/endpoint.ts'
import type { MakeQuestion } from '../question.ts'
import { terraform } from './dialect.ts'

/** The only word is a host, without a user. */
export const terraformQuestion: MakeQuestion = async ({ endpoint }) => {
  if (endpoint.form !== 'address' || endpoint.scheme !== 'https' || endpoint.path !== '') return undefined
  return { dialect: terraform, words: ['get', hostAndPort(endpoint)] }
}
