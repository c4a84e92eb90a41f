import type { Credential } from './credential.ts'
import { Failure } from './failure.ts'
import { isPrintableWord } from './printable-word.ts'
import { type Members, objectIn } from './record.ts'
import { rfc3339, secondsFromRfc3339 } from './rfc3339.ts'
import { Secret } from './secret.ts'

/*
 * The kind `cloud-keys`: the secret is the secret access key; the parts are `accessKeyId` and, for temporary keys,
 * `sessionToken`. As a text it is the JSON of AWS's credential process, version 1:
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */

/** What belongs to cloud keys in a credential. */
export type CloudKeys = Pick<Credential, 'kind' | 'secret' | 'parts' | 'expires'>

/** The three texts of cloud keys, checked. */
export function cloudKeys(accessKeyId: Secret, secretAccessKey: Secret, sessionToken: Secret | undefined): CloudKeys {
  const isTemporary = sessionToken !== undefined && sessionToken.expose() !== ''
  const parts = { accessKeyId, ...(isTemporary ? { sessionToken } : {}) }
  for (const [name, text] of Object.entries({ ...parts, secretAccessKey })) refuseOdd(name, text)
  return { kind: 'cloud-keys', secret: secretAccessKey, parts }
}

/**
 * Reads keys as AWS's programs print them: a credential process, `aws configure export-credentials`, and `aws sts`,
 * which prints them in `Credentials`. `malformed` if a member is missing or invalid.
 */
export function readCloudKeys(text: string): CloudKeys {
  const whole = objectIn(text)
  const inner = whole?.['Credentials']
  const members = inner === undefined ? whole : objectIn(JSON.stringify(inner))
  if (members === undefined) throw malformed('they are not a JSON object')
  const version = members['Version'] ?? 1
  if (version !== 1) throw malformed('their Version is not 1')
  const [id, key] = [textIn(members, 'AccessKeyId'), textIn(members, 'SecretAccessKey')]
  if (id === undefined) throw malformed('they have no AccessKeyId')
  if (key === undefined) throw malformed('they have no SecretAccessKey')
  const expiration = textIn(members, 'Expiration')
  const expires = expiration === undefined ? undefined : secondsFromRfc3339(expiration.expose())
  if (expiration !== undefined && expires === undefined) throw malformed('their Expiration is not a time with its zone')
  return { ...cloudKeys(id, key, textIn(members, 'SessionToken')), ...(expires === undefined ? {} : { expires }) }
}

/** Prints the keys of a credential as one line of JSON, without a line end. `malformed` if one is missing. */
export function printCloudKeys({ secret, parts = {}, expires }: Omit<CloudKeys, 'kind'>): string {
  const { accessKeyId, sessionToken } = parts
  if (accessKeyId === undefined) throw malformed('they have no access key id')
  const keys = cloudKeys(accessKeyId, secret, sessionToken)
  return JSON.stringify({
    Version: 1,
    AccessKeyId: accessKeyId.expose(),
    SecretAccessKey: secret.expose(),
    SessionToken: keys.parts?.['sessionToken']?.expose(),
    Expiration: expires === undefined ? undefined : rfc3339(expires),
  })
}

function textIn(members: Members, name: string): Secret | undefined {
  const value = members[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw malformed(`their ${name} is not a text`)
  return new Secret(value)
}

/** The id and the session token are sent in headers. None of the three has blanks or other than ASCII characters. */
function refuseOdd(name: string, text: Secret): void {
  if (isPrintableWord(text.expose())) return
  throw malformed(text.expose() === '' ? `their ${name} is empty` : `their ${name} has a character that no key has`)
}

function malformed(why: string): Failure {
  return new Failure('malformed', `the cloud keys cannot be used: ${why}`)
}
