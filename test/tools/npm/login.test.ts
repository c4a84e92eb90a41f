import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { npmLauncher } from '../../../src/tools/npm/launch.ts'
import { launching, readByProgram } from '../launching.ts'

const good = 'https://good.example.com'

function npm() {
  const it = launching(npmLauncher)
  it.put('.npmrc', `registry=${good}/\n//other.example.com/:_authToken=old\n`)
  return it
}

describe('login', () => {
  test.each(['login', 'adduser', 'add-user'])(
    'npm %s: what came into the file moves on, and only that',
    async (command) => {
      const it = npm()
      const file = join(it.home, '.npmrc')
      const token = '//good.example.com/:_authToken=fresh\n'
      it.willEnd({ exitCode: 0 }, () => writeFileSync(file, `${it.read('.npmrc')}${token}`))
      await it.call('npm', [command])
      expect(it.started.map(({ words }) => words)).toEqual([
        [command],
        ['import', 'npm', '--yes', '--replace', '--without-setup', '--file', file, '--only', '//good.example.com/'],
      ])
      expect(it.started[0]?.file).toBeUndefined()
    },
  )

  test('a login that failed or changed nothing leaves all as it is', async () => {
    const it = npm()
    await it.call('npm', ['login'])
    it.willEnd({ exitCode: 1 }, () => writeFileSync(join(it.home, '.npmrc'), '//good.example.com/:_authToken=fresh\n'))
    await it.call('npm', ['login'])
    it.willEnd({ signal: 'SIGINT' })
    await it.call('npm', ['login'])
    expect(it.started.map(({ words }) => words)).toEqual([['login'], ['login'], ['login']])
  })
})

describe('logout', () => {
  test('npm’s own token: npm has the server forget it, then it goes', async () => {
    const it = npm()
    await it.save('npm', good, 'the-token')
    await it.call('npm', ['logout'])
    expect(readByProgram(it.started[0] ?? { words: [], env: {} })).toContain('//good.example.com/:_authToken=the-token')
    expect(await it.has('npm', good)).toBe(false)
  })

  test('it stays if npm could not', async () => {
    const it = npm()
    await it.save('npm', good, 'the-token')
    it.willEnd({ exitCode: 1 })
    await it.call('npm', ['logout'])
    expect(await it.has('npm', good)).toBe(true)
  })

  test('what another saved stays valid: npm is not given it and does not use it again', async () => {
    const it = npm()
    await it.save('person', good, 'mine')
    await it.share(good, 'npm')
    await it.call('npm', ['logout'])
    expect(it.started).toEqual([])
    expect(it.said).toEqual(['npm is signed out of https://good.example.com'])
    expect(await it.has('person', good)).toBe(true)
    await it.call('npm', ['install'])
    expect(it.started[0]?.file).toBeUndefined()
  })

  test('a password is no token to forget', async () => {
    const it = npm()
    await it.save('npm', good, 'pass', 'basic', 'alice')
    await it.call('npm', ['logout'])
    expect(it.started).toEqual([])
    expect(await it.has('npm', good)).toBe(false)
  })

  test('of a scope: its registry', async () => {
    const it = npm()
    it.put('project/.npmrc', '@team:registry=https://team.example.com/\n')
    await it.save('npm', good, 'the-token')
    await it.save('npm', 'https://team.example.com', 'team')
    await it.call('npm', ['logout', '--scope=@team'])
    expect(await it.has('npm', 'https://team.example.com')).toBe(false)
    expect(await it.has('npm', good)).toBe(true)
  })

  test('nothing kept: npm does as ever', async () => {
    const it = npm()
    await it.call('npm', ['logout'])
    expect(it.started[0]).toMatchObject({ words: ['logout'], env: { CREDBRIDGE_DEPTH: '1' } })
    expect(it.started[0]?.file).toBeUndefined()
  })
})
