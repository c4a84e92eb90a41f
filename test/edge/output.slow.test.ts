import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { built, installCommands } from '../real/commands.ts'
import { needs } from '../real/require.ts'

/* An answer that cannot be written is a failure, in every protocol: a client must not take it for no answer. */

const at = 'https://registry.example.com'

/** What each client asks when there is something to answer, and how its protocol ends a call that is broken. */
const dialects: readonly (readonly [command: string, words: string, input: string, answer: string, broken: number])[] =
  [
    ['git-credential-credbridge', 'get', 'protocol=https\nhost=registry.example.com\n\n', 'password=s3cret', 1],
    ['git-credential-credbridge', 'capability', '', 'capability authtype', 1],
    ['as_git credbridge-askpass', `"Password for 'https://alice@registry.example.com': "`, '', 's3cret', 1],
    ['docker-credential-credbridge', 'get', at, '"Secret":"s3cret"', 1],
    ['docker-credential-credbridge', 'list', '', '{"registry.example.com":"alice"}', 1],
    ['docker-credential-credbridge', 'version', '', 'credbridge', 1],
    ['credbridge-bazel', 'get', `{"uri":"${at}/archive"}`, '"Authorization":["Basic ', 1],
    ['credbridge-go', `${at}/team/app`, '', 'Authorization: Basic ', 1],
    ['credbridge-go', '', '', 'Authorization: Basic ', 1],
    ['credbridge-keyring', `get ${at} alice`, '', 's3cret', 1],
    ['credbridge-keyring', `--mode creds --output json get ${at}`, '', '"password": "s3cret"', 1],
    ['credbridge-keyring', '--help', '', 'usage:', 1],
    ['credbridge-pnpm', at, '', 'Basic ', 1],
    ['credbridge-yarn', at, '', 'Basic ', 1],
    ['credbridge-kubectl', 'alice', '', '"token":"t0ken"', 1],
    ['credbridge-aws', 'dev', '', '"SecretAccessKey":"s3cret"', 1],
    [
      'cargo-credential-credbridge',
      '--cargo-plugin',
      `{"v":1,"registry":{"index-url":"sparse+${at}/"},"kind":"get"}`,
      '"token":"Bearer s3cret"',
      1,
    ],
    ['terraform-credentials-credbridge', 'get registry.example.com', '', '{"token":"s3cret"}', 1],
    ['credbridge', `netrc ${at}`, '', 'password s3cret', 2],
    ['credbridge', `get ${at}`, '', 's3cret', 2],
    ['credbridge', 'list --json', '', '"account"', 2],
    ['credbridge', '--help', '', 'Usage:', 2],
  ]

needs('the build (npm run build)', built)('standard output', () => {
  let folder = ''
  let env: Record<string, string> = {}

  /** `as_git` before a command has a program that is named git start it. */
  const sh = (script: string, input = '') => {
    const words = ['-c', `as_git() { "$HOME/git" -c '"$@"; exit $?' git "$@"; }; ${script}`]
    const { status, signal, stdout, stderr } = spawnSync('/bin/sh', words, { env, input, encoding: 'utf8' })
    return { status, signal, stdout, stderr }
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cb-output-'))
    copyFileSync('/bin/sh', join(folder, 'git'))
    const info = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential' }
    env = {
      PATH: `${installCommands(join(folder, 'bin'))}:/usr/bin:/bin`,
      HOME: folder,
      CREDBRIDGE_STORE: 'vault',
      KUBERNETES_EXEC_INFO: JSON.stringify({ ...info, spec: { cluster: { server: 'https://kube.example.com' } } }),
    }
    expect(sh(`credbridge set ${at} alice`, 's3cret').status).toBe(0)
    const keys = '{"AccessKeyId":"AKIAEXAMPLE","SecretAccessKey":"s3cret"}'
    expect(sh('credbridge set --kind cloud-keys https://aws.amazon.com dev', keys).status).toBe(0)
    expect(sh('credbridge set --kind bearer https://kube.example.com alice', 't0ken').status).toBe(0)
    for (const tool of ['docker', 'go', 'pnpm', 'yarn']) {
      expect(sh(`credbridge share ${at} --with ${tool}`).status).toBe(0)
    }
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  describe.each(dialects)('%s %s', (command, words, input, answer, broken) => {
    test('has an answer', () => {
      expect(sh(`${command} ${words}`, input)).toMatchObject({ status: 0, stdout: expect.stringContaining(answer) })
    })

    test('is full: the call is broken, and says why', () => {
      const { status, stderr } = sh(`${command} ${words} >/dev/full`, input)
      expect({ status, stderr }).toEqual({ status: broken, stderr: 'credbridge: standard output cannot be written\n' })
    })

    test('and standard error are full: the call is broken', () => {
      expect(sh(`${command} ${words} >/dev/full 2>/dev/full`, input)).toMatchObject({ status: broken, signal: null })
    })

    test('has a reader that has gone away: that is no failure', () => {
      const { status, stderr } = sh(`{ ${command} ${words}; echo $? >&2; } | true`, input)
      expect({ status, stderr }).toEqual({ status: 0, stderr: '0\n' })
    })
  })
})
