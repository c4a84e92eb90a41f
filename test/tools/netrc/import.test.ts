import { expect, test } from 'vitest'
import { checkNetrc, netrcPlainSecrets } from '../../../src/tools/netrc/import.ts'
import type { PlainSecret } from '../../../src/tools/tool.ts'
import { madeUp } from '../made-up-world.ts'

const text = `# mine
machine a.example.com login alice password s3cret-a # work
machine b.example.com:8443
  # the token of the robot
  login robot
  password "s3cret \\"b"
machine a.example.com login bob password s3cret-c machine ftp.example.com login f password s3cret-d
macdef init
binary

machine e.example.com/x login e password s3cret-e
machine G.example.com login g password s3cret-g
machine g.example.com login g password s3cret-h
default login anonymous password s3cret-f
`

async function withFile(content = text, { name = '.netrc', env = {}, options = {} } = {}) {
  const made = madeUp()
  const world = { ...made.world, env }
  const path = made.put(name, content)
  const { secrets, remarks } = await netrcPlainSecrets.find(world, options)
  return {
    ...made,
    world,
    path,
    secrets,
    remarks: remarks.map((one) => one.replaceAll(path, '~')),
    now: () => made.read(name),
    async takeOut(...some: readonly PlainSecret[]) {
      for (const { takeOut } of some) await takeOut()
    },
    async putBack(...some: readonly PlainSecret[]) {
      const taken = some.map(({ trace = {}, credential }) => ({ trace, credential }))
      const failures = (await netrcPlainSecrets.putBackAll?.(world, taken)) ?? []
      return failures.map((failure) => failure?.code)
    },
  }
}

test('entries are found, and those that stay are named without their secret', async () => {
  const { secrets, remarks, path } = await withFile()
  const found = secrets.map(({ where, credential: { endpoint, account, owner, kind, secret } }) => [
    where.replace(path, '~'),
    endpoint.key,
    account,
    owner,
    kind,
    secret.expose(),
  ])
  expect(found).toEqual([
    ['~, line 2', 'https://a.example.com', 'alice', 'netrc', 'basic', 's3cret-a'],
    ['~, line 3', 'https://b.example.com:8443', 'robot', 'netrc', 'basic', 's3cret "b'],
    ['~, line 7', 'https://a.example.com', 'bob', 'netrc', 'basic', 's3cret-c'],
  ])
  expect(remarks).toEqual([
    '~, line 7: left, it has a macro',
    '~, line 11: left, its machine is not a host',
    '~, line 12: left, there are several for this login',
    '~, line 13: left, there are several for this login',
    '~, line 14: left, it is for every host',
    'curl, wget and others do not find them in ~ any more; for curl: curl --netrc-file <(credbridge netrc <endpoint>)',
    '~ has a default entry: whoever reads the file sends that to these hosts, too',
    'https://a.example.com has several logins, of which the first counted: credbridge default https://a.example.com alice',
  ])
  expect(JSON.stringify(secrets.map(({ trace }) => trace))).not.toContain('s3cret')
})

test('they are taken out and put back, to the byte', async () => {
  const it = await withFile()
  await it.takeOut(...it.secrets)
  expect(it.now()).toBe(`# mine
# work
  # the token of the robot
machine ftp.example.com login f password s3cret-d
macdef init
binary

machine e.example.com/x login e password s3cret-e
machine G.example.com login g password s3cret-g
machine g.example.com login g password s3cret-h
default login anonymous password s3cret-f
`)
  expect(await it.putBack(...it.secrets.toReversed())).toEqual([undefined, undefined, undefined])
  expect(it.now()).toBe(text)
  expect(await it.putBack(...it.secrets)).toEqual([undefined, undefined, undefined])
  expect(it.now()).toBe(text)
})

test.each([
  ['the first one', 0],
  ['the second one', 1],
  ['the last one', 2],
])('those of two imports, the first of them of %s, are put back, to the byte', async (_which, at) => {
  const it = await withFile()
  const first = it.secrets.slice(at, at + 1)
  await it.takeOut(...first)
  const { secrets: second } = await netrcPlainSecrets.find(it.world, {})
  expect(second).toHaveLength(2)
  await it.takeOut(...second)
  expect(await it.putBack(...first, ...second)).toEqual([undefined, undefined, undefined])
  expect(it.now()).toBe(text)
})

test('what changed meanwhile stays, and is not overwritten', async () => {
  const it = await withFile()
  const newer = text.replace('s3cret-a', 'n3wer-aa')
  it.put('.netrc', newer)
  const [first, second] = it.secrets as [PlainSecret, PlainSecret]
  await expect(it.takeOut(first)).rejects.toMatchObject({ code: 'refused' })
  await it.takeOut(second)
  expect(await it.putBack(first, second)).toEqual(['refused', undefined])
  expect(it.now()).toBe(newer)
})

test('the file is that of the option, of NETRC, or the usual one', async () => {
  const line = 'machine a.example.com login alice password s3cret\n'
  const byOption = await withFile(line, { name: 'project/own', options: { file: 'own' }, env: { NETRC: '/nowhere' } })
  expect(byOption.secrets).toHaveLength(1)
  const made = madeUp()
  const NETRC = made.put('n', line)
  const only = async (env: Record<string, string>) => (await netrcPlainSecrets.find({ ...made.world, env }, {})).secrets
  expect(await only({ NETRC })).toHaveLength(1)
  expect(await only({ NETRC: 'n' })).toEqual([])
  made.put('.netrc', line)
  expect(await only({ NETRC: 'n' })).toHaveLength(1)
  expect(await only({ NETRC: '' })).toHaveLength(1)
})

test('doctor counts what can be read', async () => {
  const { world, path } = await withFile()
  const fix = 'credbridge import netrc'
  expect(await checkNetrc(world)).toEqual([{ state: 'note', says: `3 passwords are readable in ${path}`, fix }])
  expect(await checkNetrc(madeUp().world)).toEqual([])
})
