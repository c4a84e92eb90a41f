import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { awsPlainSecrets } from '../../../src/tools/aws/import.ts'
import { awsSetup } from '../../../src/tools/aws/setup.ts'
import { madeUp } from '../made-up-world.ts'

/* What needs no real aws. The rest is in test/clients/aws.test.ts. */

/** A home with an `aws` that changes the configuration so. */
function withAws(change: (text: string) => string = (text) => text, exitCode = 0) {
  const made = madeUp({
    program: () => '/usr/bin/aws',
    async run() {
      const file = join(made.home, '.aws', 'config')
      writeFileSync(file, change(readFileSync(file, 'utf8')))
      return { stdout: '', stderr: exitCode === 0 ? '' : 'no\n', exitCode }
    },
  })
  return made
}

test.each([
  ['writes it into a section that is no profile', 0, ['use another profile: --profile <name>']],
  ['fails half-way', 1, ['aws says: no', 'use another profile: --profile <name>']],
])('an aws that %s changes nothing in the end', async (_name, exitCode, hints) => {
  const { world, put, read } = withAws((text) => `${text}[p]\ncredential_process = x\n`, exitCode)
  const before = '[profile p]\nregion = x\n'
  put('.aws/config', before)
  const { changes } = await awsSetup.plan(world, { profile: 'p' })
  await expect(changes[0]?.apply()).rejects.toMatchObject({
    code: 'refused',
    message: 'aws could not change profile p',
    hints,
  })
  expect(read('.aws/config')).toBe(before)
})

test('another program of a profile stays', async () => {
  const { world, put } = withAws()
  put('.aws/config', '[default]\ncredential_process = /opt/other credbridge-aws-not --json\n')
  await expect(awsSetup.plan(world, {})).rejects.toMatchObject({
    code: 'refused',
    message: 'profile default asks another program for its keys',
  })
  expect((await awsSetup.undo(world, {})).changes).toEqual([])
})

test.each(['a b', 'a;b', "a'b", '-x', '$HOME', '', 'a\nb'])('a profile named %j is refused', async (profile) => {
  const { world } = withAws()
  await expect(awsSetup.plan(world, { profile })).rejects.toMatchObject({ code: 'unsupported' })
})

test('where aws is not installed nothing is planned', async () => {
  const { world } = madeUp()
  await expect(awsSetup.plan(world, {})).rejects.toMatchObject({ code: 'unavailable', message: 'aws is not installed' })
  expect(await awsSetup.check(world)).toEqual([{ state: 'skipped', says: 'aws is not installed' }])
})

test('only the profiles that are named are undone, in the file that the environment names', async () => {
  const { world, put, read } = withAws()
  const ours = (name: string) => `[profile ${name}]\ncredential_process = /opt/credbridge/credbridge-aws ${name}\n`
  put('project/aws.ini', `${ours('a')}${ours('b')}`)
  const machine = { ...world, env: { AWS_CONFIG_FILE: 'aws.ini' } }
  for (const { apply } of (await awsSetup.undo(machine, { profile: 'b' })).changes) await apply()
  expect(read('project/aws.ini')).toBe(`${ours('a')}[profile b]\n`)
})

test('keys that AWS itself would read are found, and those that cannot be used are named', async () => {
  const { world, put } = withAws()
  const keys = (id: string) => `aws_access_key_id = ${id}\naws_secret_access_key = s3cret/=\n`
  put(
    '.aws/credentials',
    `[default]\n${keys('A')}aws_session_token=t==\n[b c]\n${keys('B')}[half]\naws_access_key_id = H\n`,
  )
  put('.aws/config', `[profile d]\n${keys('D')}[sso-session e]\n${keys('E')}[profile odd]\n${keys('O O')}`)
  const { secrets, remarks } = await awsPlainSecrets.find(world, {})
  const found = secrets.map(({ credential: { account, secret, parts } }) => [
    account,
    parts?.['accessKeyId']?.expose(),
    secret.expose(),
    parts?.['sessionToken']?.expose(),
  ])
  expect(found).toEqual([
    ['default', 'A', 's3cret/=', 't=='],
    ['b c', 'B', 's3cret/=', undefined],
    ['d', 'D', 's3cret/=', undefined],
  ])
  expect(remarks).toHaveLength(1)
  expect(remarks[0]).toMatch(/config, \[profile odd\]: the cloud keys cannot be used: their accessKeyId/)
  expect(remarks.join('\n')).not.toContain('O O')
})

test('keys that changed meanwhile are not taken out', async () => {
  const { world, put, read } = withAws()
  put('.aws/credentials', '[default]\naws_access_key_id = A\naws_secret_access_key = s\n')
  const { secrets } = await awsPlainSecrets.find(world, {})
  const newer = '[default]\naws_access_key_id = A\naws_secret_access_key = n\n'
  put('.aws/credentials', newer)
  await expect(async () => secrets[0]?.takeOut()).rejects.toMatchObject({ code: 'refused' })
  expect(read('.aws/credentials')).toBe(newer)
})

test('keys are not written back over newer ones', async () => {
  const { world, put, read } = withAws()
  put('.aws/credentials', '[default]\naws_access_key_id = A\naws_secret_access_key = s\n')
  const { secrets } = await awsPlainSecrets.find(world, {})
  const [
    { trace = {}, credential } = (() => {
      throw new Error('unreachable')
    })(),
  ] = secrets
  await expect(async () => awsPlainSecrets.putBack?.(world, trace, credential)).rejects.toMatchObject({
    code: 'refused',
  })
  await secrets[0]?.takeOut()
  expect(read('.aws/credentials')).toBe('[default]\n')
  await awsPlainSecrets.putBack?.(world, trace, credential)
  expect(read('.aws/credentials')).toBe('[default]\naws_access_key_id = A\naws_secret_access_key = s\n')
})
