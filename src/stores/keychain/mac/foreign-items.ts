import { isDeepStrictEqual } from 'node:util'
import { Failure, isFailure } from '../../../core/failure.ts'
import type { ForeignItem } from '../../../core/foreign-item.ts'
import { hint } from '../../../core/hint.ts'
import type { Ran, Run } from '../../../core/program.ts'
import { Secret } from '../../../core/secret.ts'
import { type PrintedItem, printedItems, printedSecret } from './printed-items.ts'

/*
 * The items of git's helpers on macOS, by the system's own tool: its rights are those that the person gives it, item by
 * item. Written from the sources of the tool and of the helpers, and never run on macOS.
 */

const security = '/usr/bin/security'

/** In milliseconds. The system asks a person whether the tool may read an item. */
const dialog = 90_000

/**
 * The items of git's helpers that have at least one of these sets of attributes. Git Credential Manager's get the
 * attributes that it writes on Linux, those of git-credential-osxkeychain the parts of their URL.
 */
export async function gitForeignItems(
  run: Run,
  searches: readonly Readonly<Record<string, string>>[],
): Promise<readonly ForeignItem[]> {
  const found = printedItems(fine(await run(security, ['dump-keychain'], { limit: dialog })).stdout).flatMap((item) => {
    const attributes = managersAttributes(item) ?? gitsAttributes(item)
    return attributes !== undefined && searches.some((search) => isIn(search, attributes)) ? [{ item, attributes }] : []
  })
  const items: ForeignItem[] = []
  // One after the other, because each may open a dialog.
  for (const { item, attributes } of found) {
    const secret = await secretOf(run, item)
    if (secret !== undefined) items.push({ attributes, secret, remove: () => remove(run, item) })
  }
  return items
}

/** Git Credential Manager: a generic password with the service `git:https://host`. */
function managersAttributes({ kind, attributes }: PrintedItem): Readonly<Record<string, string>> | undefined {
  const { svce: service, acct: account } = attributes
  if (kind !== 'genp' || service === undefined || account === undefined) return undefined
  if (!/^git:https?:\/\//i.test(service)) return undefined
  return { 'xdg:schema': 'com.microsoft.GitCredentialManager', service, account }
}

/** kSecAttrProtocol: https://developer.apple.com/documentation/security/secprotocoltype */
const protocols: Readonly<Record<string, string>> = {
  htps: 'https',
  http: 'http',
  smtp: 'smtp',
  imap: 'imap',
  imps: 'imaps',
  'ftp ': 'ftp',
  ftps: 'ftps',
}

/**
 * git-credential-osxkeychain: an internet password without a type or a description, whose label is the one that the
 * system gives. Docker's helper and browsers have labels, descriptions or types of their own.
 */
function gitsAttributes({ kind, attributes, port }: PrintedItem): Readonly<Record<string, string>> | undefined {
  const { srvr: server, acct: user, ptcl = '', atyp, label = server, desc, path } = attributes
  const protocol = protocols[ptcl]
  if (kind !== 'inet' || atyp !== 'dflt' || desc !== undefined || label !== server) return undefined
  if (protocol === undefined || server === undefined || user === undefined) return undefined
  return {
    'credbridge:helper': 'osxkeychain',
    protocol,
    server,
    user,
    ...(path === undefined || path === '' ? {} : { object: path.replace(/^\//, '') }),
    ...(port === 0 ? {} : { port: String(port) }),
  }
}

/** The words that make `security` find an item in its keychain. An item without a path cannot be named alone. */
function wordsFor({ kind, attributes, port, keychain }: PrintedItem): readonly string[] {
  const { svce, srvr, acct, ptcl, atyp, path } = attributes
  const address = { s: srvr, a: acct, r: ptcl, t: atyp, p: path, P: port === 0 ? undefined : String(port) }
  const words = Object.entries(kind === 'genp' ? { s: svce, a: acct } : address)
  return [...words.flatMap(([name, word = '']) => (word === '' ? [] : [`-${name}`, word])), keychain]
}

function command(verb: 'find' | 'delete', { kind }: PrintedItem): string {
  return `${verb}-${kind === 'genp' ? 'generic' : 'internet'}-password`
}

/** The secret, or why there is none; `undefined` if the item has gone. */
async function secretOf(run: Run, item: PrintedItem): Promise<Secret | Failure | undefined> {
  try {
    const ran = await run(security, [command('find', item), '-g', ...wordsFor(item)], { limit: dialog })
    if (ran.exitCode === notFound) return undefined
    refuseOther(item, fine(ran))
    const text = printedSecret(ran.stderr)
    return text === undefined ? new Failure('malformed', 'its secret is not text') : new Secret(text)
  } catch (error) {
    // Any other failure is one of the whole keychain.
    if (isFailure(error) && (error.code === 'refused' || error.code === 'ambiguous')) return error
    throw error
  }
}

async function remove(run: Run, item: PrintedItem): Promise<void> {
  const found = await run(security, [command('find', item), ...wordsFor(item)], { limit: dialog })
  if (found.exitCode === notFound) return
  // It removes the first item that fits, which must be this one.
  refuseOther(item, fine(found))
  fine(await run(security, [command('delete', item), ...wordsFor(item)], { limit: dialog }))
}

function refuseOther(item: PrintedItem, { stdout }: Ran): void {
  const [found] = printedItems(stdout)
  if (isDeepStrictEqual(found, item)) return
  throw new Failure('ambiguous', 'the keychain has another item with these words, and finds that one first')
}

/** The last eight bits of OSStatus: https://developer.apple.com/documentation/security/security-framework-result-codes */
const [notAllowed, notFound, notRight, cancelled] = [36, 44, 51, 128]

function fine(ran: Ran): Ran {
  switch (ran.exitCode) {
    case 0:
      return ran
    case notAllowed:
      throw new Failure('locked', 'the keychain is locked, or may ask nobody', {
        hints: [hint`unlock it with: security unlock-keychain`],
      })
    case notRight:
    case cancelled:
      throw new Failure('refused', 'the person or the keychain refused the item')
    default:
      throw new Failure('refused', `${security} ended with ${ran.exitCode}`)
  }
}

function isIn(search: Readonly<Record<string, string>>, attributes: Readonly<Record<string, string>>): boolean {
  return Object.entries(search).every(([name, value]) => attributes[name] === value)
}
