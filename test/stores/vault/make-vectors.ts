import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { parseEntry } from '../../../src/stores/vault/entry.ts'
import { readHeader } from '../../../src/stores/vault/header-file.ts'
import { addSlot } from '../../../src/stores/vault/manage.ts'
import { recordName } from '../../../src/stores/vault/names.ts'
import { openVault } from '../../../src/stores/vault/open.ts'
import type { VaultOptions } from '../../../src/stores/vault/options.ts'
import { printEntry } from '../../../src/stores/vault/print-entry.ts'
import { forAgent, forPassphrase } from '../../../src/stores/vault/slots/make.ts'
import { someone } from '../../asker.ts'
import { storeOf } from './place.ts'
import { seededAgent } from './seeded-agent.ts'

/*
 * Made the vectors of format version 1, once: `npx tsx test/stores/vault/make-vectors.ts <folder>`. The vectors are the
 * promise, not this program: its output differs each time, and a published vector is never made again.
 */

type Files = Map<string, { mode: string; bytes?: Buffer; to?: string }>

const header = 'vault/vault.json'
const keyFile = 'state/vault.key'
const at = parseAddress('https://git.example.com')
const other = parseAddress('https://other.example.com')

async function makeVault(root: string): Promise<VaultOptions> {
  const options: VaultOptions = {
    folder: join(root, 'vault'),
    keyFile: join(root, keyFile),
    now: () => 1_790_000_000_000,
  }
  const store = storeOf(options)
  const secret = new Secret('p\u00e4ssw\u00f6rd of ann')
  await store.save(someone, { endpoint: at, account: 'ann', owner: 'git', kind: 'basic', secret })
  await store.save(someone, {
    endpoint: other,
    account: '',
    owner: 'npm',
    kind: 'bearer',
    secret: new Secret('a token'),
  })
  return options
}

function filesOf(root: string): Files {
  const files: Files = new Map()
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files.set(path.slice(root.length + 1), { mode: '0600', bytes: readFileSync(path) })
  }
  return files
}

function print(fields: Record<string, string>, files: Files): string {
  const head = Object.entries(fields).map(([key, value]) => `${key}: ${value}`)
  const body = [...files].map(([path, { mode, bytes, to }]) => {
    if (to !== undefined) return `== ${path} -> ${to}`
    if (bytes === undefined) return `== ${path}/ ${mode}`
    const text = bytes.toString('utf8')
    if (Buffer.from(text).equals(bytes) && text.endsWith('\n')) return `== ${path} ${mode}\n${text.slice(0, -1)}`
    return [`== ${path} ${mode} base64`, ...(bytes.toString('base64').match(/.{1,76}/g) ?? [])].join('\n')
  })
  return `${[...head, '', ...body].join('\n')}\n`
}

async function main(out: string): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'vectors-'))
  const [one, two] = [join(root, 'one'), join(root, 'two')]
  const options = await makeVault(one)
  await makeVault(two)
  const good = filesOf(one)
  const foreign = filesOf(two)
  const endpointOf = await recordPaths(options, good)
  const [record = '', unrelated = ''] = [endpointOf.get(at.key), endpointOf.get(other.key)]
  const bytesOf = (path: string, files = good) => files.get(path)?.bytes ?? Buffer.alloc(0)
  const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/'))

  function vector(
    name: string,
    comment: string,
    failure: string,
    file: string,
    change: (files: Files) => void,
    more = {},
  ) {
    const files: Files = new Map([...good].map(([path, entry]) => [path, { ...entry }]))
    change(files)
    writeFileSync(join(out, `${name}.txt`), print({ comment, failure, file, find: at.key, ...more }, files))
  }
  const put = (path: string, bytes: Buffer) => (files: Files) => void files.set(path, { mode: '0600', bytes })
  const flip = (path: string, offset: number) => {
    const bytes = Buffer.from(bytesOf(path))
    const index = offset < 0 ? bytes.length + offset : offset
    bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index)
    return put(path, bytes)
  }
  const edit = (path: string, from: string | RegExp, to: string) =>
    put(path, Buffer.from(bytesOf(path).toString('utf8').replace(from, to)))
  const intact = { still: other.key }

  vector('wrong-key', 'the key file of another vault', 'wrong-key', keyFile, put(keyFile, bytesOf(keyFile, foreign)))
  vector(
    'wrong-key-other-id',
    'the id in the header is another one',
    'wrong-key',
    keyFile,
    edit(header, /"id": "[0-9a-f]{32}"/, `"id": "${'0'.repeat(32)}"`),
  )
  vector(
    'wrong-key-slot-changed',
    'the slot in the header has another id',
    'wrong-key',
    keyFile,
    edit(header, /"id": "[0-9a-f]{16}"/, `"id": "${'0'.repeat(16)}"`),
  )
  vector(
    'key-missing',
    'a copy of the folder without its key file',
    'key-missing',
    keyFile,
    (files) => void files.delete(keyFile),
  )
  vector(
    'foreign-record',
    'a record that another vault wrote, in the place of ours',
    'foreign-record',
    record,
    put(record, [...foreign].find(([path]) => path.startsWith('vault/records/'))?.[1].bytes ?? Buffer.alloc(0)),
    intact,
  )
  vector(
    'tampered-ciphertext',
    'one bit of the ciphertext is another one',
    'tampered',
    record,
    flip(record, 100),
    intact,
  )
  vector('tampered-salt', 'one bit of the salt is another one', 'tampered', record, flip(record, 60), intact)
  vector('tampered-tag', 'the last bit of the tag is another one', 'tampered', record, flip(record, -1), intact)
  vector(
    'tampered-longer',
    'a byte was added at the end',
    'tampered',
    record,
    put(record, Buffer.concat([bytesOf(record), Buffer.of(0)])),
    intact,
  )
  vector(
    'tampered-place',
    'a record of another endpoint that was made to say it belongs here',
    'tampered',
    record,
    put(
      record,
      Buffer.concat([
        bytesOf(unrelated).subarray(0, 20),
        bytesOf(record).subarray(20, 52),
        bytesOf(unrelated).subarray(52),
      ]),
    ),
    intact,
  )
  vector(
    'tampered-header',
    'the header names a folder outside of the vault',
    'tampered',
    header,
    edit(header, '"records": "records"', '"records": "../elsewhere"'),
  )
  vector(
    'tampered-header-key',
    'the header says that the records have another key',
    'tampered',
    header,
    edit(header, /"keyId": "[0-9a-f]{16}"/, `"keyId": "${'0'.repeat(16)}"`),
  )
  vector('swapped', 'two records have changed places', 'swapped', record, (files) => {
    put(record, bytesOf(unrelated))(files)
    put(unrelated, bytesOf(record))(files)
  })
  vector('moved', 'the record of another endpoint was moved here', 'moved', record, (files) => {
    put(record, bytesOf(unrelated))(files)
    files.delete(unrelated)
  })
  vector(
    'moved-copy',
    'the record of another endpoint was copied here',
    'moved',
    record,
    put(record, bytesOf(unrelated)),
    intact,
  )
  vector(
    'moved-to-another-folder',
    'a record lies under its own name in the folder of another endpoint',
    'moved',
    `${folderOf(record)}/${unrelated.split('/').at(-1)}`,
    (files) => {
      files.delete(record)
      put(`${folderOf(record)}/${unrelated.split('/').at(-1)}`, bytesOf(unrelated))(files)
    },
    intact,
  )
  for (const [name, length] of [
    ['empty', 0],
    ['magic', 7],
    ['header', 60],
    ['ciphertext', 300],
    ['tag', -1],
  ] as const) {
    vector(
      `truncated-${name}`,
      `the record ends too early: ${name}`,
      'truncated',
      record,
      put(record, bytesOf(record).subarray(0, length)),
      intact,
    )
  }
  vector(
    'truncated-vault',
    'the header of the vault ends too early',
    'truncated',
    header,
    put(header, Buffer.concat([bytesOf(header).subarray(0, 150), Buffer.from('\n')])),
  )
  vector(
    'truncated-key-file',
    'the key file ends too early',
    'truncated',
    keyFile,
    put(keyFile, Buffer.concat([bytesOf(keyFile).subarray(0, 40), Buffer.from('\n')])),
  )
  vector(
    'not-ours-record',
    'something else lies in the place of a record',
    'not-ours',
    record,
    put(record, Buffer.from('password=p4ssw0rd\n'.repeat(20))),
    intact,
  )
  vector(
    'not-ours-vault',
    'something else lies in the place of the header',
    'not-ours',
    header,
    put(header, Buffer.from('{ "name": "something" }\n')),
  )
  vector(
    'not-ours-key-file',
    'something else lies in the place of the key file',
    'not-ours',
    keyFile,
    put(keyFile, Buffer.from('-----BEGIN OPENSSH PRIVATE KEY-----\n')),
  )
  vector(
    'unknown-version-record',
    'a later version wrote the record',
    'unknown-version',
    record,
    put(record, Buffer.concat([bytesOf(record).subarray(0, 11), Buffer.of(2), bytesOf(record).subarray(12)])),
    intact,
  )
  vector(
    'unknown-version-vault',
    'a later version wrote the header',
    'unknown-version',
    header,
    edit(header, '"version": 1', '"version": 2'),
  )
  vector(
    'unknown-version-key-file',
    'a later version wrote the key file',
    'unknown-version',
    keyFile,
    edit(keyFile, 'credbridge-vault-key 1', 'credbridge-vault-key 2'),
  )
  vector('header-missing', 'records without a header', 'header-missing', header, (files) => void files.delete(header))
  const loose = (path: string, mode: string) => (files: Files) => void files.set(path, { ...files.get(path), mode })
  vector(
    'loose-permissions-vault',
    'others can look into the folder of the vault',
    'loose-permissions',
    'vault',
    loose('vault', '0711'),
  )
  vector(
    'loose-permissions-records',
    'others can look into the folder of the records',
    'loose-permissions',
    'vault/records',
    loose('vault/records', '0750'),
  )
  vector(
    'loose-permissions-folder',
    'others can write into the folder of an endpoint',
    'loose-permissions',
    folderOf(record),
    loose(folderOf(record), '0730'),
    intact,
  )
  vector(
    'loose-permissions-record',
    'others can read a record',
    'loose-permissions',
    record,
    loose(record, '0604'),
    intact,
  )
  vector(
    'loose-permissions-header',
    'the group can write the header',
    'loose-permissions',
    header,
    loose(header, '0620'),
  )
  vector(
    'loose-permissions-key-file',
    'the group can read the key file',
    'loose-permissions',
    keyFile,
    loose(keyFile, '0640'),
  )
  vector('foreign-owner', 'the vault belongs to another user', 'foreign-owner', 'vault', () => {}, { user: 'another' })
  const linked = (path: string) => (files: Files) => {
    for (const [file, entry] of [...files]) {
      if (file !== path && !file.startsWith(`${path}/`)) continue
      files.delete(file)
      files.set(`elsewhere${file.slice(path.length)}`, entry)
    }
    files.set(path, { mode: '', to: `${'..'.repeat(path.split('/').length - 1)}elsewhere` })
  }
  vector('symbolic-link-vault', 'a link in the place of the folder', 'symbolic-link', 'vault', linked('vault'))
  vector(
    'symbolic-link-records',
    'a link in the place of the folder of the records',
    'symbolic-link',
    'vault/records',
    linked('vault/records'),
  )
  vector(
    'symbolic-link-folder',
    'a link in the place of the folder of an endpoint',
    'symbolic-link',
    folderOf(record),
    linked(folderOf(record)),
    intact,
  )
  vector('symbolic-link-record', 'a link in the place of a record', 'symbolic-link', record, linked(record), intact)
  vector('symbolic-link-header', 'a link in the place of the header', 'symbolic-link', header, linked(header))
  vector('symbolic-link-key-file', 'a link in the place of the key file', 'symbolic-link', keyFile, linked(keyFile))
  await makeGolden(out, join(root, 'golden'))
  rmSync(root, { recursive: true })
}

/** The path of the record of each endpoint, and the vault's key in hexadecimal digits. */
async function recordPaths(options: VaultOptions, files: Files): Promise<Map<string, string>> {
  const header = readHeader(options)
  if (header === undefined) throw new Error('no vault')
  const { key } = await openVault(header, options)
  const paths = new Map<string, string>([['key', key.bytes.toString('hex')]])
  for (const { endpoint, account, owner } of await storeOf(options).list(someone)) {
    const name = recordName(key, { endpoint, account, owner })
    paths.set(endpoint.key, `vault/records/${name.folder}/${name.file}`)
  }
  if (![...paths.values()].some((path) => files.has(path))) throw new Error('no records')
  return paths
}

async function makeGolden(out: string, root: string): Promise<void> {
  const seed = Buffer.alloc(32, 0x42)
  mkdirSync(root)
  const { socket, end } = await seededAgent(seed, root)
  const options: VaultOptions = {
    folder: join(root, 'vault'),
    keyFile: join(root, keyFile),
    now: () => 1_790_000_000_000,
    agent: socket,
  }
  const value = (kind: string, more: object) => `credbridge:1:${JSON.stringify({ kind, ...more })}`
  const entries = [
    { form: 'address', endpoint: at.key, account: 'ann', owner: 'git', value: 'p\u00e4ssw\u00f6rd of ann' },
    { form: 'address', endpoint: at.key, account: 'bob', owner: 'git', value: '' },
    {
      form: 'address',
      endpoint: `${at.key}/team/app`,
      account: '',
      owner: 'person',
      value: value('bearer', { secret: 'a token', expires: 1_800_000_000, refreshToken: 'again' }),
    },
    { form: 'address', endpoint: at.key, account: 'ann', owner: 'docker', value: value('ended', {}) },
    { form: 'service', endpoint: at.key, account: 'ann', owner: 'python', value: `a text\nof two lines \ud83d\udd11` },
    { form: 'service', endpoint: 'large', account: '', owner: 'python', value: 'x'.repeat(5000) },
  ]
  const store = storeOf(options)
  for (const entry of entries) await store.save(someone, parseEntry(JSON.stringify({ ...entry, savedAt: 0 }), 'golden'))
  await addSlot(options, forPassphrase(new Secret('correct horse battery staple')))
  await addSlot(options, forAgent(options))
  const read = readHeader(options)
  if (read === undefined) throw new Error('no vault')
  const { key } = await openVault(read, options)
  const items = entries.map((entry) => {
    const item = parseEntry(JSON.stringify({ ...entry, savedAt: 0 }), 'golden')
    const { folder, file } = recordName(key, item)
    return `item: vault/records/${folder}/${file} ${printEntry(item, 1_790_000_000_000)}`
  })
  const files = filesOf(root)
  files.delete('agent')
  const fields = {
    comment: 'a whole vault with a slot of each type; every later version must read it',
    failure: 'none',
    find: at.key,
    'vault-key': key.bytes.toString('hex'),
    passphrase: 'correct horse battery staple',
    'agent-seed': seed.toString('hex'),
  }
  const [head = '', ...body] = print(fields, files).split('\n\n')
  writeFileSync(join(out, 'golden-1.txt'), [`${head}\n${items.join('\n')}`, ...body].join('\n\n'))
  end()
}

await main(process.argv[2] ?? '')
