import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { message, needsWindows, type Windows, windows } from './world.ts'

/* The clients' own protocols, on Windows' keychain and in the vault, in a home with a space and an umlaut. */

let it: Windows

const at = (host: string) => ['protocol=https', `host=${host}`]
const stores = [
  ['the Credential Manager', 'keychain'],
  ['the vault', 'vault'],
] as const

needsWindows('on Windows', () => {
  beforeAll(() => {
    it = windows('Jörg Müller')
  })

  describe.each(stores)('with %s', (_, store) => {
    const env = { CREDBRIDGE_STORE: store }
    const host = `${store}.git.example.com`
    const git = (verb: string, lines: readonly string[], ends?: string) =>
      it.run('git-credential-credbridge', [verb], { input: message(lines, ends), env })

    test('git stores, gets and erases, with either line end', async () => {
      const sign = [...at(host), 'username=jürgen', 'password=pässwörd 漢']
      expect(await git('store', sign, '\r\n')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
      const found = await git('get', at(host))
      expect(found).toMatchObject({ exitCode: 0, stderr: '' })
      expect(found.stdout).toContain('username=jürgen\npassword=pässwörd 漢\n')
      expect(await git('erase', sign)).toMatchObject({ exitCode: 0 })
      expect((await git('get', at(host))).stdout).toBe('')
      const restored = await it.run('credbridge', ['restore', `https://${host}`, 'jürgen'], { env })
      expect(restored).toMatchObject({ exitCode: 0 })
      expect((await git('get', at(host))).stdout).toContain('password=pässwörd 漢\n')
    })

    test('docker stores, gets, lists and erases', async () => {
      const docker = (verb: string, input: string) => it.run('docker-credential-credbridge', [verb], { input, env })
      const server = `${store}.docker.example.com`
      const login = { ServerURL: server, Username: 'ann', Secret: 'p@ss' }
      expect(await docker('store', JSON.stringify(login))).toMatchObject({ exitCode: 0, stdout: '' })
      expect(JSON.parse((await docker('get', `${server}\r\n`)).stdout)).toEqual(login)
      expect(JSON.parse((await docker('list', 'unused')).stdout)).toMatchObject({ [server]: 'ann' })
      expect(await docker('erase', server)).toMatchObject({ exitCode: 0 })
      expect(await docker('get', server)).toMatchObject({ exitCode: 1 })
    })

    test("Python's keyring command sets, gets and deletes", async () => {
      const keyring = (words: readonly string[], input = '') => it.run('credbridge-keyring', words, { input, env })
      const service = `https://${store}.packages.example.com/simple/`
      expect(await keyring(['set', service, 'ann'], 'p@ss\r\n')).toMatchObject({ exitCode: 0 })
      expect((await keyring(['get', service, 'ann'])).stdout).toMatch(/^p@ss\r?\n$/)
      expect(await keyring(['del', service, 'ann'])).toMatchObject({ exitCode: 0 })
      expect(await keyring(['get', service, 'ann'])).toMatchObject({ exitCode: 1, stdout: '' })
    })

    test('a secret of 6,000 bytes is sealed where it has to be, and found', async () => {
      const [large, big] = ['x'.repeat(6000), `large.${host}`]
      await git('store', [...at(big), 'username=ann', `password=${large}`])
      expect((await git('get', at(big))).stdout).toContain(`password=${large}\n`)
      const sizes = (await it.lying(big)).map(([, , , , size]) => Number(size))
      if (store === 'keychain') expect(sizes).toHaveLength(1)
      for (const size of sizes) expect(size).toBeLessThanOrEqual(2560)
      await it.run('credbridge', ['remove', `https://${big}`, '--final', '--yes'], { env })
      const sealed = join(it.homeHere, 'AppData', 'Local', 'credbridge', 'sealed')
      if (store === 'keychain') expect(readdirSync(sealed)).toEqual([])
    })

    test('list shows what is kept, and doctor finds the store well', async () => {
      const listed = await it.run('credbridge', ['list'], { env })
      expect(listed.stdout).toContain(host)
      expect(listed.stdout).not.toContain('try-')
      const doctor = await it.run('credbridge', ['doctor'], { env })
      expect(doctor.stdout).toMatch(new RegExp(`^ok +${store}`, 'm'))
    })
  })

  test('a first save settles on the Credential Manager and leaves no throw-away item', async () => {
    const fresh = windows('First Save')
    const saved = await fresh.run('credbridge', ['set', 'https://first.example.com', 'ann'], { input: 'p@ss\r\n' })
    expect(saved).toMatchObject({ exitCode: 0 })
    expect(await fresh.lying('first.example.com')).toEqual([
      ['credbridge:person:https://first.example.com (ann)', 'ann', 'Stored by credbridge', '2', '8'],
    ])
    expect((await fresh.run('credbridge', ['get', 'https://first.example.com', 'ann'])).stdout).toMatch(/^p@ss\r?\n?$/)
    expect((await fresh.lying('try-')).concat(await fresh.lying('probe'))).toEqual([])
  })
})
