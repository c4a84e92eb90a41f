import { expect, test } from 'vitest'
import { isFailure } from '../../../src/core/failure.ts'
import type { Run } from '../../../src/core/program.ts'
import { gitForeignItems } from '../../../src/stores/keychain/mac/foreign-items.ts'
import { printedItems, printedSecret } from '../../../src/stores/keychain/mac/printed-items.ts'
import { gcm, osxkeychain } from '../../../src/tools/git/foreign-helpers.ts'

/*
 * The items of git's helpers on macOS, with a stand-in for the system's tool `security`, which prints as its source
 * says (keychain_utilities.c). None of this was run on macOS.
 */

const file = '/Users/ann/Library/Keychains/login.keychain-db'

interface Kept {
  readonly kind: 'genp' | 'inet'
  readonly words: Readonly<Record<string, string>>
  readonly port?: number
  readonly secret: string | Buffer
  /** How `find` with `-g` ends. */
  readonly ends?: number
}

/** print_buffer. */
function printed(content: string | Buffer): string {
  const bytes = Buffer.from(content)
  const isPlain = (byte: number) => byte >= 0x20 && byte <= 0x7e && byte !== 0x5c
  const text = [...bytes].map((byte) =>
    isPlain(byte) ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`,
  )
  if (bytes.every(isPlain)) return bytes.length === 0 ? '' : `"${bytes}"`
  return `0x${bytes.toString('hex').toUpperCase()} ${bytes.some(isPlain) ? ` "${text.join('')}"` : ''}`
}

/** print_keychain_item_attributes. */
function described({ kind, words, port }: Kept): string {
  const { label, ...letters } = words
  const number = Buffer.alloc(4)
  number.writeUInt32BE(port ?? 0)
  return [
    `keychain: ${printed(file)}`,
    'version: 512',
    `class: ${printed(kind)}`,
    'attributes:',
    `    0x00000007 <blob>=${label === undefined ? '<NULL>' : printed(label)}`,
    '    0x00000008 <blob>=<NULL>',
    '    "cdat"<timedate>=0x32303236313132373231303030305A00  "20261127210000Z\\000"',
    '    "crtr"<uint32>=<NULL>',
    ...Object.entries(letters).map(
      ([name, value]) => `    "${name}"<${name === 'ptcl' ? 'uint32' : 'blob'}>=${printed(value)}`,
    ),
    ...(kind === 'inet' ? [`    "port"<uint32>=${printed(number)}`] : []),
    '    "desc"<blob>=<NULL>',
    '',
  ].join('\n')
}

/** A keychain with these items, and the words of each call. */
function keychain(all: readonly Kept[]): { run: Run; calls: string[][]; left: () => readonly Kept[] } {
  const items = [...all]
  const calls: string[][] = []
  const letters: Readonly<Record<string, string>> = { a: 'acct', r: 'ptcl', t: 'atyp', p: 'path' }
  const run: Run = async (program, words) => {
    expect(program).toBe('/usr/bin/security')
    calls.push([...words])
    const [verb = '', ...rest] = words
    const ended = (exitCode: number, stdout = '', stderr = '') => ({ exitCode, stdout, stderr })
    if (verb === 'dump-keychain') return ended(0, items.map(described).join(''))
    expect(rest.pop()).toBe(file)
    const shows = rest[0] === '-g'
    const kind = verb.includes('generic') ? 'genp' : 'inet'
    const wanted = Array.from({ length: rest.length >> 1 }, (_, at) => rest.slice(2 * at + (shows ? 1 : 0)))
    const fits = (item: Kept) =>
      item.kind === kind &&
      wanted.every(([option = '', value]) => {
        const name = option.slice(1)
        if (name === 'P') return value === String(item.port)
        return item.words[name === 's' ? (kind === 'genp' ? 'svce' : 'srvr') : (letters[name] ?? '')] === value
      })
    const found = items.find(fits)
    if (found === undefined)
      return ended(44, '', 'security: SecKeychainSearchCopyNext: The specified item could not be found.\n')
    if (verb.startsWith('delete')) items.splice(items.indexOf(found), 1)
    if (!shows) return ended(0, described(found))
    const secret = found.ends === undefined ? printed(found.secret) : ''
    return ended(found.ends ?? 0, described(found), `password: ${secret}\n`)
  }
  return { run, calls, left: () => items }
}

const gits = (
  host: string,
  secret: string | Buffer,
  more: Partial<Kept> & { path?: string; user?: string } = {},
): Kept => ({
  kind: 'inet',
  words: {
    label: host,
    acct: more.user ?? 'ann',
    atyp: 'dflt',
    ...(more.path === undefined ? {} : { path: more.path }),
    ptcl: 'htps',
    srvr: host,
    ...more.words,
  },
  secret,
  ...(more.port === undefined ? {} : { port: more.port }),
  ...(more.ends === undefined ? {} : { ends: more.ends }),
})
const managers = (service: string, secret: string): Kept => ({
  kind: 'genp',
  words: { label: service, acct: 'alice', svce: service },
  secret,
})

async function readBy(helper: typeof gcm, run: Run) {
  const items = await gitForeignItems(run, helper.searches)
  return items.map(({ attributes, secret }) => {
    const text = isFailure(secret) ? secret.code : secret.expose()
    const { endpoint, account, expires, refreshToken } = helper.read(attributes, text) ?? {}
    return [endpoint?.key, account, text.split('\n')[0], expires, refreshToken?.expose()]
  })
}

test("git-credential-osxkeychain's items are read: port, path, further lines, characters of every kind", async () => {
  const { run } = keychain([
    gits('git.example.com', 'p"1" 0x41'),
    gits('ports.example.com', 'pässwörd \\ 漢', { port: 8080, path: 'team/app', user: 'jürgen' }),
    gits('lines.example.com', 'p3\npassword_expiry_utc=1900000000\noauth_refresh_token=r3'),
  ])
  expect(await readBy(osxkeychain, run)).toEqual([
    ['https://git.example.com', 'ann', 'p"1" 0x41', undefined, undefined],
    ['https://ports.example.com:8080/team/app', 'jürgen', 'pässwörd \\ 漢', undefined, undefined],
    ['https://lines.example.com', 'ann', 'p3', 1900000000, 'r3'],
  ])
})

test('Git Credential Manager: its namespace only, and never ours', async () => {
  const { run } = keychain([
    managers('git:https://gcm.example.com', 'token'),
    managers('credbridge:git:https://gcm.example.com', 'ours'),
    managers('something else', 'x'),
    gits('git.example.com', 'p'),
  ])
  expect(await readBy(gcm, run)).toEqual([['https://gcm.example.com', 'alice', 'token', undefined, undefined]])
})

test('no item of another program is asked for', async () => {
  const { run, calls } = keychain([
    gits('docker.example.com', 'd', { words: { label: 'Docker Credentials' } }),
    gits('web.example.com', 'w', { words: { atyp: 'form', desc: 'Web form password' } }),
    gits('files.example.com', 's', { words: { ptcl: 'smb ' } }),
  ])
  expect(await readBy(osxkeychain, run)).toEqual([])
  expect(calls).toEqual([['dump-keychain']])
})

test('what the person refuses is named by its reason, and hides no other item', async () => {
  const { run } = keychain([gits('no.example.com', 'n', { ends: 128 }), gits('yes.example.com', 'y')])
  expect((await readBy(osxkeychain, run)).map(([endpoint, , text]) => [endpoint, text])).toEqual([
    ['https://no.example.com', 'refused'],
    ['https://yes.example.com', 'y'],
  ])
})

test('a locked keychain is a failure of the whole', async () => {
  const { run } = keychain([gits('git.example.com', 'n', { ends: 36 })])
  await expect(gitForeignItems(run, osxkeychain.searches)).rejects.toMatchObject({ code: 'locked' })
})

test('an item that cannot be named alone is neither read nor removed in the place of another', async () => {
  const { run, left } = keychain([
    gits('git.example.com', 'of a path', { path: 'a' }),
    gits('git.example.com', 'whole'),
  ])
  const [first, second] = await gitForeignItems(run, osxkeychain.searches)
  expect(first !== undefined && !isFailure(first.secret) && first.secret.expose()).toBe('of a path')
  expect(second?.secret).toMatchObject({ code: 'ambiguous' })
  await expect(second?.remove()).rejects.toMatchObject({ code: 'ambiguous' })
  expect(left()).toHaveLength(2)
  await first?.remove()
  await second?.remove()
  expect(left()).toEqual([])
})

test('an item that has gone is removed already', async () => {
  const { run, left } = keychain([gits('git.example.com', 'p')])
  const [item] = await gitForeignItems(run, osxkeychain.searches)
  await item?.remove()
  await item?.remove()
  expect(left()).toEqual([])
})

test('no secret is an argument', async () => {
  const { run, calls } = keychain([gits('git.example.com', 'hidden')])
  const [item] = await gitForeignItems(run, osxkeychain.searches)
  await item?.remove()
  expect(calls.flat().join(' ')).not.toContain('hidden')
})

test('bytes that are no text are no secret, and what the tool never prints is nothing', () => {
  expect(printedSecret(`password: ${printed(Buffer.from([0xff, 0x41]))}\n`)).toBeUndefined()
  expect(printedSecret('password: \n')).toBe('')
  expect(printedSecret('password: "a\\012"\n')).toBeUndefined()
  expect(printedSecret('security: an error\n')).toBeUndefined()
  expect(printedItems('keychain: <NULL>\nclass: "inet"\n')).toEqual([])
  expect(printedItems('')).toEqual([])
})
