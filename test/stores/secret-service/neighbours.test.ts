import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { Store } from '../../../src/core/store.ts'
import { askedBy, someone } from '../../asker.ts'
import { thorough, usual, usually } from '../../real/depth.ts'
import { hasKeyring, needs } from '../../real/require.ts'
import { type Session, startSession } from '../../real/session.ts'
import {
  git,
  gits,
  hasPythonKeyring,
  napiKeyring,
  pythonKeyring,
  pythons,
  removeAll,
  secretsAt,
  secretTool,
  shown,
  storeOn,
} from './world.ts'

/*
 * The real Python keyring, secret-tool (libsecret) and @napi-rs/keyring (what the `keychain` store uses) on the same
 * items: each finds what it should, each may change it, nobody's item is destroyed, and there is no second item after
 * which somebody would refuse to go on (the trap: Python's `set` after @napi-rs/keyring's makes two).
 */

const suite = needs('a keyring, and Python with keyring and secretstorage', hasKeyring && hasPythonKeyring)

suite('neighbours in the Secret Service', () => {
  let session: Session
  let store: Store

  beforeAll(async () => {
    session = await startSession('unlocked', afterAll)
    store = askedBy({ tool: 'git' }, storeOn(session))
  })

  const service = 'git:https://git.example.com'
  const reset = () => removeAll(session)

  const programs = [
    ["Python's keyring", () => pythonKeyring(session)],
    ['secret-tool', () => secretTool(session)],
    ['@napi-rs/keyring', () => napiKeyring(session)],
  ] as const

  for (const [name, program] of programs) {
    usual(`${name} reads what a tool saved, and changes it`, async () => {
      await reset()
      await store.save(someone, gits('ours'))
      expect(await program().get(service, 'ann')).toBe('ours')
      await program().set(service, 'ann', 'theirs')
      expect(await secretsAt(store)).toEqual(['theirs'])
      // Python makes a second item beside ours and may read either, until we save.
      if (name !== "Python's keyring") expect(await program().get(service, 'ann')).toBe('theirs')
      await store.save(someone, gits('ours again'))
      expect(await program().get(service, 'ann')).toBe('ours again')
      expect(await secretsAt(store)).toEqual(['ours again'])
      expect(await shown(session, { service })).toHaveLength(1)
      expect(await napiKeyring(session).get(service, 'ann')).toBe('ours again')
    })

    usual(
      `${name}'s own item for a tool is found, changed, and removed; it becomes ours where it says nobody's`,
      async () => {
        await reset()
        await program().set(service, 'ann', 'theirs')
        const [before] = await shown(session, { service })
        expect(await secretsAt(store)).toEqual(['theirs'])
        await store.save(someone, gits('ours'))
        const [after, another] = await shown(session, { service })
        expect(another).toBeUndefined()
        const becomesOurs = before?.attributes['application'] === undefined
        const owner = becomesOurs ? { owner: 'git', application: 'credbridge' } : {}
        expect(after).toMatchObject({
          label: before?.label,
          secret: 'ours',
          attributes: { ...before?.attributes, ...owner },
        })
        expect(after?.path === before?.path).toBe(!becomesOurs)
        expect(await program().get(service, 'ann')).toBe('ours')
        expect(await store.remove(someone, gits(''))).toBe(true)
        expect(await shown(session, { service })).toEqual([])
      },
    )

    usual(
      `${name}'s item of another user is left out where one is named, even if a later version wrote it`,
      async () => {
        await reset()
        await program().set(service, 'bob', 'theirs')
        await program().set(service, 'carol', 'credbridge:2:theirs')
        expect(await store.find(someone, [git], 'ann')).toEqual([])
        expect(await store.find(someone, [git], 'carol')).toMatchObject([{ account: 'carol', kind: 'unknown' }])
        expect(await store.find(someone, [git])).toHaveLength(2)
      },
    )

    thorough(`an item of Python's goes between us and ${name} without end, as one item`, async () => {
      await reset()
      const item = pythons('a service', 'ann', 'first')
      await store.save(someone, item)
      for (const [theirs, ours] of [
        ['1', '2'],
        ['3', '4'],
      ] as const) {
        await program().set('a service', 'ann', theirs)
        expect(await secretsAt(store, item.endpoint)).toEqual([theirs])
        await store.save(someone, pythons('a service', 'ann', ours))
        for (const [, each] of programs) expect(await each().get('a service', 'ann')).toBe(ours)
      }
      expect(await shown(session, { service: 'a service' })).toHaveLength(1)
      await program().remove('a service', 'ann')
      expect(await secretsAt(store, item.endpoint)).toEqual([])
    })
  }

  usual("a new item of Python's is Python's to the letter", async () => {
    await reset()
    await pythonKeyring(session).set('theirs', 'ann', 'p@ss')
    await store.save(someone, pythons('ours', 'ann', 'p@ss'))
    const [ours, theirs] = await shown(session, { application: 'Python keyring library' })
    expect(ours?.attributes).toEqual({ ...theirs?.attributes, service: 'ours' })
    expect(ours).toMatchObject({ label: "Password for 'ann' on 'ours'", secret: 'p@ss', type: theirs?.type })
    expect(theirs?.label).toBe("Password for 'ann' on 'theirs'")
  })

  usually(describe)('the trap that @napi-rs/keyring and Python set for each other', () => {
    const item = pythons('a service', 'ann', 'three')

    const setTrap = async () => {
      await reset()
      await napiKeyring(session).set('a service', 'ann', 'one')
      await pythonKeyring(session).set('a service', 'ann', 'two')
      await expect(napiKeyring(session).get('a service', 'ann')).rejects.toThrow('matched by 2')
    }

    usual("both programs' items stay, and hold what we save", async () => {
      await setTrap()
      expect(await secretsAt(store, item.endpoint)).toHaveLength(1)
      await store.save(someone, item)
      const secrets = (await shown(session, { service: 'a service' })).map(({ secret }) => secret)
      expect(secrets).toEqual(['three', 'three'])
      expect(await pythonKeyring(session).get('a service', 'ann')).toBe('three')
      expect(await secretTool(session).get('a service', 'ann')).toBe('three')
      expect(await secretsAt(store, item.endpoint)).toEqual(['three'])
    })

    usual('where the keychain store wrote one of them, our next save ends it', async () => {
      await setTrap()
      await askedBy({ tool: 'python' }, storeOn(session, { before: [item] })).save(someone, item)
      const [only, another] = await shown(session, { service: 'a service' })
      expect(another).toBeUndefined()
      expect(only?.attributes).toMatchObject({ application: 'Python keyring library' })
      for (const [, each] of programs) expect(await each().get('a service', 'ann')).toBe('three')
    })
  })

  usual(
    "items of other programs that look alike are never found, changed or removed: libsecret's, keyring-rs's, a stranger's",
    async () => {
      await reset()
      const tool = secretTool(session)
      const alike = [
        ['server', 'git.example.com', 'protocol', 'https', 'user', 'ann'],
        ['service', service, 'username', 'ann', 'target', 'default', 'application', 'rust-keyring'],
        ['service', service, 'username', 'bob', 'application', 'another'],
        ['service', 'git:https://git.example.com/', 'username', 'ann'],
        ['endpoint', 'https://git.example.com', 'owner', 'git', 'kind', 'basic'],
        ['endpoint', 'https://git.example.com', 'service', service, 'username', 'carol', 'application', 'credbridge'],
      ]
      for (const [at, attributes] of alike.entries()) await tool.keep(`stranger ${at}`, attributes, `secret ${at}`)
      const before = (await shown(session, {})).filter(({ label }) => label.startsWith('stranger'))
      expect(before).toHaveLength(alike.length)

      await store.save(someone, pythons('git.example.com', 'ann', 'another kind of thing'))
      await store.save(someone, gits('ours', { account: 'dora' }))
      await store.save(someone, gits('ours, changed', { account: 'dora' }))
      expect(await store.remove(someone, gits('', { account: 'dora' }))).toBe(true)
      for (const account of ['bob', 'carol']) expect(await store.find(someone, [git], account)).toEqual([])
      const after = (await shown(session, {})).filter(({ label }) => label.startsWith('stranger'))
      expect(after).toEqual(before)
    },
  )
})
