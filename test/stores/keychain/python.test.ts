import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { Credential } from '../../../src/core/credential.ts'
import { parseAddress, serviceName } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import type { Store } from '../../../src/core/store.ts'
import { keychainStore } from '../../../src/stores/keychain/store.ts'
import { someone } from '../../asker.ts'
import { needs } from '../../real/require.ts'
import { run } from '../../real/run.ts'
import { expectItems } from '../contract-world.ts'
import { failureOf, inSession, optionsIn, type Session } from './world.ts'

/** Debian's Python, with the packages python3-keyring and python3-secretstorage. */
const python = '/usr/bin/python3'
const hasKeyring = spawnSync(python, ['-c', 'import keyring, secretstorage'], { stdio: 'ignore' }).status === 0

let session: Session
const realSession = inSession((begun) => {
  session = begun
})
const store = (): Store => keychainStore(optionsIn(session))

/** Calls a function of Python's keyring, by its own Secret Service backend; `None` is null. */
async function inPython(call: string, ...words: readonly string[]): Promise<unknown> {
  const script = `import sys, json, keyring
from keyring.backends import SecretService
keyring.set_keyring(SecretService.Keyring())
print(json.dumps(${call}(*json.load(sys.stdin))))`
  const { stdout, stderr, exitCode } = await run(python, ['-c', script], {
    env: session.env,
    input: JSON.stringify(words),
  })
  if (exitCode !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

function text(service: string, account: string, secret: string): Credential {
  return { endpoint: serviceName(service), account, owner: 'python', kind: 'text', secret: new Secret(secret) }
}

needs('Python with keyring and secretstorage', hasKeyring)('Python’s keyring', () => {
  realSession('in the same keychain', () => {
    test.each([
      ['a-service', 'ann', 'p@ss'],
      ['https://upload.example.com/legacy/', '__token__', 'line\nline\r\n'],
      [' späced ', 'jürgen', ''],
      ['', '', 'credbridge:1:{"kind":"bearer","secret":"x"}'],
    ])('what it wrote to %j, %j is found, with and without the account, and can be changed', async (...words) => {
      const [service, account] = words
      await inPython('keyring.set_password', ...words)
      const item = text(...words)
      expectItems(await store().find(someone, [item.endpoint], account), [item])
      expectItems(await store().find(someone, [item.endpoint]), [item])
      expectItems(await store().find(someone, [item.endpoint], 'nobody'), [])

      await store().save(someone, { ...item, secret: new Secret('changed') })
      expect(await inPython('keyring.get_password', service, account)).toBe('changed')
      expect(await store().remove(someone, item, new Secret('other'))).toBe(false)
      expect(await store().remove(someone, item)).toBe(true)
      expect(await inPython('keyring.get_password', service, account)).toBe(null)
      expect(await store().remove(someone, item)).toBe(false)
    })

    test('its item is removed although it is not in the index', async () => {
      await inPython('keyring.set_password', 'unknown', 'ann', 'p@ss')
      expect(await store().list(someone)).toEqual([])
      expect(await store().remove(someone, text('unknown', 'ann', ''), new Secret('other'))).toBe(false)
      expect(await store().remove(someone, text('unknown', 'ann', ''))).toBe(true)
      expect(await inPython('keyring.get_password', 'unknown', 'ann')).toBe(null)
    })

    test('reads an item of credbridge, and removes it', async () => {
      const item = text('ours', 'ann', 'from us\n')
      await store().save(someone, item)
      expect(await inPython('keyring.get_password', 'ours', 'ann')).toBe('from us\n')
      expect(await inPython('(lambda *a: keyring.get_credential(*a).username)', 'ours', 'ann')).toBe('ann')
      await inPython('keyring.delete_password', 'ours', 'ann')
      expectItems(await store().find(someone, [item.endpoint]), [])
    })

    test('reads each account of a service separately', async () => {
      await inPython('keyring.set_password', 'several', 'ann', 'a')
      await store().save(someone, text('several', 'bob', 'b'))
      expectItems(await store().find(someone, [serviceName('several')]), [
        text('several', 'ann', 'a'),
        text('several', 'bob', 'b'),
      ])
      expectItems(await store().find(someone, [serviceName('several')], 'bob'), [text('several', 'bob', 'b')])
    })

    test("writes a second item beside credbridge's: other secrets are ambiguous, and the hint removes both", async () => {
      const item = text("it's twice", 'ann', 'same')
      await store().save(someone, item)
      await inPython('keyring.set_password', "it's twice", 'ann', 'same')
      expectItems(await store().find(someone, [item.endpoint]), [item])
      expectItems(await store().find(someone, [item.endpoint], 'ann'), [item])

      await inPython('keyring.set_password', "it's twice", 'ann', 'other')
      const failures = [
        await failureOf(store().find(someone, [item.endpoint], 'ann')),
        await failureOf(store().find(someone, [item.endpoint])),
        await failureOf(store().save(someone, item)),
        await failureOf(store().remove(someone, item)),
      ]
      expect(failures.map(({ code }) => code)).toEqual(['ambiguous', 'ambiguous', 'ambiguous', 'ambiguous'])
      expectItems(await store().find(someone, [item.endpoint], 'bob'), [])

      const hint = failures[0]?.hints[0] ?? ''
      const command = hint.slice(hint.indexOf('secret-tool'))
      expect(await run('sh', ['-c', command], { env: session.env })).toMatchObject({ exitCode: 0 })
      await store().save(someone, item)
      expectItems(await store().find(someone, [item.endpoint]), [item])
    })

    test("does not see credbridge's other items as its own, nor overwrite them through credbridge", async () => {
      const endpoint = parseAddress('https://git.example.com')
      const item: Credential = { ...text('', 'ann', 'p@ss'), endpoint, owner: 'git', kind: 'basic' }
      await store().save(someone, item)
      const alias = text('git:https://git.example.com', 'ann', 'from Python')
      expectItems(await store().find(someone, [alias.endpoint]), [])
      expectItems(await store().find(someone, [alias.endpoint], 'ann'), [])
      expect(await failureOf(store().save(someone, alias))).toMatchObject({ code: 'refused' })
      expect(await store().remove(someone, alias)).toBe(false)
      expectItems(await store().find(someone, [item.endpoint]), [item])
      expect(await store().remove(someone, item)).toBe(true)
    })
  })
})
