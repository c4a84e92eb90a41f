import { expect, test } from 'vitest'
import { terraformPlainSecrets } from '../../../src/tools/terraform/import.ts'
import { madeUp } from '../made-up-world.ts'

const file = '.terraform.d/credentials.tfrc.json'
const text = `{
  "credentials": {
    "a.example.com": {
      "token": "s3cret-a"
    },
    "b.example.com:8443": { "token": "s3cret-b" },
    "c.example.com": { "token": "s3cret-c", "more": 1 },
    "d.example.com/x": { "token": "s3cret-d" },
    "e.example.com": { "token": "s3cret e" },
    "f.example.com": "s3cret-f"
  },
  "unknown": [1, 2.50]
}
`

async function withFile(content = text) {
  const made = madeUp()
  made.put(file, content)
  const found = await terraformPlainSecrets.find(made.world, {})
  return { ...made, ...found, path: `${made.home}/${file}`, now: () => made.read(file) }
}

test('tokens are found, and what cannot be moved is named without its secret', async () => {
  const { secrets, remarks, path } = await withFile()
  expect(
    secrets.map(({ where, credential: { endpoint, account, owner, kind, secret } }) => [
      where,
      endpoint.key,
      account,
      owner,
      kind,
      secret.expose(),
    ]),
  ).toEqual([
    [`${path}, a.example.com`, 'https://a.example.com', '', 'terraform', 'bearer', 's3cret-a'],
    [`${path}, b.example.com:8443`, 'https://b.example.com:8443', '', 'terraform', 'bearer', 's3cret-b'],
  ])
  expect(remarks).toEqual([
    `${path}, c.example.com: left, it has something else than a token`,
    `${path}, d.example.com/x: left, that is not a host`,
    `${path}, e.example.com: left, the token has a character that no header can carry`,
    `${path}, f.example.com: left, it has something else than a token`,
  ])
  expect(JSON.stringify(secrets.map(({ trace }) => trace))).not.toContain('s3cret')
})

test('they are taken out, and all else stays to the byte; then they are put back', async () => {
  const { world, secrets, now } = await withFile()
  for (const { takeOut } of secrets) await takeOut()
  expect(now()).toBe(text.replace(/\n {4}"a[\s\S]*?"b.*?\},/, ''))
  for (const { trace = {}, credential } of secrets) await terraformPlainSecrets.putBack?.(world, trace, credential)
  expect(JSON.parse(now() ?? '')).toEqual(JSON.parse(text))
  const again = now()
  for (const { trace = {}, credential } of secrets) await terraformPlainSecrets.putBack?.(world, trace, credential)
  expect(now()).toBe(again)
})

test('a token that changed meanwhile stays, and is not overwritten', async () => {
  const { world, put, secrets, now } = await withFile()
  const newer = text.replace('s3cret-a', 'n3wer')
  put(file, newer)
  const [
    { takeOut, trace = {}, credential } = (() => {
      throw new Error('nothing was found')
    })(),
  ] = secrets
  await expect(async () => takeOut()).rejects.toMatchObject({ code: 'refused' })
  await expect(async () => terraformPlainSecrets.putBack?.(world, trace, credential)).rejects.toMatchObject({
    code: 'refused',
  })
  expect(now()).toBe(newer)
})

test('without a file there is nothing, and it is made again', async () => {
  const { world, secrets, now } = await withFile()
  world.files.remove(`${world.home}/${file}`)
  expect(await terraformPlainSecrets.find(world, {})).toEqual({ secrets: [], remarks: [] })
  const [first] = secrets
  if (first !== undefined) await terraformPlainSecrets.putBack?.(world, first.trace ?? {}, first.credential)
  expect(JSON.parse(now() ?? '')).toEqual({ credentials: { 'a.example.com': { token: 's3cret-a' } } })
})

test.each(['[]', 'x', '{"credentials"'])('a file that is no JSON object is left: %j', async (content) => {
  await expect(withFile(content)).rejects.toMatchObject({ code: 'malformed' })
})
