import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandFromArgv0 } from '../../../src/edge/installation/argv0.ts'

const commands = ['credbridge', 'credbridge-keyring', 'git-credential-credbridge']

describe('the command that a call of the single executable means', () => {
  let folder = ''
  let executable = ''
  const at = (...path: string[]) => join(folder, ...path)
  const invoked = (name: string, words: string[] = [], path = at('bin')) =>
    commandFromArgv0(commands, { name, words, env: { PATH: path }, executable })

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cb-invoked-'))
    executable = at('lib', 'credbridge')
    for (const name of ['lib', 'bin', 'other']) mkdirSync(at(name))
    writeFileSync(executable, '')
    writeFileSync(at('other', 'keyring'), '')
    for (const file of [executable, at('other', 'keyring')]) chmodSync(file, 0o755)
    symlinkSync('../lib/credbridge', at('bin', 'credbridge-keyring'))
    symlinkSync('credbridge-keyring', at('bin', 'keyring'))
    symlinkSync(at('bin', 'keyring'), at('other', 'kr'))
    symlinkSync('loop', at('other', 'loop'))
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each([
    ['git-credential-credbridge', ['get'], 'git-credential-credbridge'],
    ['/opt/x/git-credential-credbridge', ['get'], 'git-credential-credbridge'],
    ['git-credential-credbridge.exe', ['get'], 'git-credential-credbridge'],
    ['git-credential-credbridge', ['credbridge-keyring'], 'git-credential-credbridge'],
    ['credbridge', ['list'], 'credbridge'],
    ['credbridge', ['credbridge'], 'credbridge'],
    ['credbridge', ['./git-credential-credbridge'], 'credbridge'],
    ['credbridge', [], 'credbridge'],
    ['renamed', ['list'], 'credbridge'],
    ['__proto__', ['constructor'], 'credbridge'],
  ])('%s %j is %s', (name, words, command) => {
    expect(invoked(name, words)).toEqual({ command, words })
  })

  test.each(['credbridge', 'credbridge.exe', 'renamed'])('%s takes a command as its first word', (name) => {
    const words = ['git-credential-credbridge', 'get', 'more']
    expect(invoked(name, words)).toEqual({ command: 'git-credential-credbridge', words: ['get', 'more'] })
  })

  test('a link with a foreign name means the command among its targets', () => {
    expect(invoked('keyring', ['get'])).toEqual({ command: 'credbridge-keyring', words: ['get'] })
    expect(invoked(at('bin', 'keyring')).command).toBe('credbridge-keyring')
    expect(invoked(at('other', 'kr')).command).toBe('credbridge-keyring')
    expect(invoked('kr', [], at('other')).command).toBe('credbridge-keyring')
  })

  test('a foreign program of that name on PATH is skipped, and circular links end', () => {
    expect(invoked('keyring', [], `${at('other')}:${at('bin')}`).command).toBe('credbridge-keyring')
    expect(invoked('keyring', [], at('other')).command).toBe('credbridge')
    expect(invoked(at('other', 'loop')).command).toBe('credbridge')
  })
})
