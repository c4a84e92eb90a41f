import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs } from '../real/require.ts'

/* A user without a home folder, as `docker run --user 54321` makes one: no HOME, and no entry among the users. */

const user = '54321'
const isRoot = process.getuid?.() === 0

needs('the build (npm run build), and root', built && isRoot)('a user without a home folder', () => {
  const folder = mkdtempSync('/tmp/cb-no-home-')

  beforeAll(() => {
    cpSync(join(import.meta.dirname, '..', '..', 'dist'), join(folder, 'dist'), { recursive: true })
    spawnSync('chmod', ['-R', 'go+rX', folder])
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const as = (words: readonly string[], input = '', env: Record<string, string> = {}) => {
    const all = ['--reuid', user, '--regid', user, '--clear-groups', 'env', '-i', ...words]
    const { status, stdout, stderr } = spawnSync('setpriv', all, { cwd: '/', input, encoding: 'utf8', env })
    return { status, stdout, stderr }
  }
  const node = (file: string, ...words: string[]) => [process.execPath, join(folder, 'dist', file), ...words]
  const says = [
    `credbridge: there is no home folder: HOME is not set, and user ${user} is not among the users of this machine`,
    'hint: export HOME=/path/to/a/folder',
    '',
  ].join('\n')

  test('is there', () => {
    expect(as(['id', '-u'])).toMatchObject({ status: 0, stdout: `${user}\n` })
    expect(as(['getent', 'passwd', user]).status).not.toBe(0)
  })

  const request = 'protocol=https\nhost=git.example.com\n'
  test.each<[string, string[], string, string | RegExp, number]>([
    ['git', node('git-credential-credbridge.cjs', 'get'), request, '', 1],
    [
      'docker',
      node('docker-credential-credbridge.cjs', 'get'),
      'https://registry.example.com',
      /there is no home folder/,
      1,
    ],
    ['keyring', node('credbridge-keyring.cjs', 'get', 'service', 'user'), '', '', 1],
    ['people', node('credbridge.cjs', 'list'), '', '', 2],
    ['people', node('credbridge.cjs', 'doctor'), '', /there is no home folder/, 2],
  ])('%s hears what is missing, and how to mend it', (_, words, input, stdout, status) => {
    const outcome = as(words, input)
    expect(outcome).toMatchObject({ status, stderr: says })
    if (typeof stdout === 'string') expect(outcome.stdout).toBe(stdout)
    else expect(outcome.stdout).toMatch(stdout)
  })

  test('what needs no folder works', () => {
    expect(as(node('git-credential-credbridge.cjs', 'capability'))).toMatchObject({ status: 0, stderr: '' })
    expect(as(node('credbridge.cjs', '--version'))).toMatchObject({ status: 0, stderr: '' })
    const program = `require(${JSON.stringify(join(folder, 'dist', 'library', 'index.cjs'))}).getPassword('a', 'b').catch(({ name, code }) => console.log(name, code))`
    expect(as([process.execPath, '--eval', program]).stdout).toBe('NoKeyringError unavailable\n')
  })

  test('with HOME it is a user like any other', () => {
    const outcome = as(
      [`HOME=${tmpdir()}`, 'CREDBRIDGE_STORE=memory', ...node('git-credential-credbridge.cjs', 'get')],
      request,
    )
    expect(outcome).toEqual({ status: 0, stdout: '', stderr: '' })
  })
})
