import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { built, installCommands } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { onTerminal, typed } from '../real/typing.ts'

needs('the build (npm run build)', built)('built', () => {
  test.skipIf(!existsSync('/proc/self'))('where no folder can be made it fails at once, and says where', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cb-set-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const commands = installCommands(join(folder, 'bin'))
    const env = { PATH: commands, HOME: folder, CREDBRIDGE_STORE: 'vault', XDG_DATA_HOME: '/proc/nowhere' }
    const words = ['set', 'https://api.example.com', 'ann']
    expect(await run(join(commands, 'credbridge'), words, { env, input: 's3cret', timeout: 30_000 })).toMatchObject({
      exitCode: 2,
      stderr: `credbridge: /proc/nowhere/credbridge/vault cannot be made: no folder can be made in /proc
hint: ls -ld /proc
`,
    })
  })

  needsPrograms('python3')('credbridge set on a terminal', () => {
    let folder = ''
    let env: Record<string, string> = {}

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'cb-set-'))
      const commands = installCommands(join(folder, 'bin'))
      env = { PATH: `${commands}:/usr/bin:/bin`, HOME: folder, TERM: 'xterm', CREDBRIDGE_STORE: 'vault' }
    })

    afterAll(() => rmSync(folder, { recursive: true, force: true }))

    const typing = (answer: string, ...words: string[]) => run('python3', onTerminal(typed(answer), ...words), { env })

    test.each([
      ['hunter2\r', 'hunter2'],
      ['hun\u007f\u007f\u007fs3cret\n', 's3cret'],
      ['left\u001b[Dright\u001bOA\r', 'leftright'],
    ])('shows nothing of %j, not even how long it is', async (answer, secret) => {
      const endpoint = `https://api.example.com/${secret}`
      const outcome = await typing(answer, 'credbridge', 'set', endpoint, secret)
      expect(outcome).toMatchObject({
        stdout: `Secret for ${endpoint}: \r\nkept for ${endpoint}\r\n`,
        exitCode: 0,
      })
      const kept = await run('credbridge', ['get', endpoint, secret], { env })
      expect(kept.stdout).toBe(`${secret}\n`)
    })

    test('a user name is typed in the same style, and shown', async () => {
      const endpoint = 'https://api.example.com/user'
      const answers = typed('annx\u0015\u65e5\u007fal\u007flice\r', 's\r')
      const outcome = await run('python3', onTerminal(answers, 'credbridge', 'set', endpoint), { env })
      const shown = 'annx\b \b\b \b\b \b\b \b\u65e5\b \b\b \bal\b \blice'
      expect(outcome.stdout).toBe(`User name: ${shown}\r\nSecret for ${endpoint}: \r\nkept for ${endpoint}\r\n`)
      expect((await run('credbridge', ['get', endpoint, 'alice'], { env })).stdout).toBe('s\n')
    })

    test('says who will not find it, as long as that is so', async () => {
      for (const program of ['podman', 'regctl']) {
        writeFileSync(join(folder, 'bin', program), '#!/bin/sh\n', { mode: 0o755 })
      }
      const set = async (endpoint: string) => (await typing('s\r', 'credbridge', 'set', endpoint, 'al ice')).stdout
      const note =
        "note: regctl and podman --remote will not find it unless it is listed:\r\n  credbridge share https://r.example.com 'al ice' --with docker\r\n"
      expect(await set('https://r.example.com')).toContain(note)
      expect(
        await run('credbridge', ['share', 'https://r.example.com', 'al ice', '--with', 'docker'], { env }),
      ).toMatchObject({
        exitCode: 0,
      })
      for (const endpoint of ['https://r.example.com', 'https://github.com', 'https://r.example.com/team']) {
        expect(await set(endpoint)).not.toContain('note:')
      }
    })

    test('asks for each part of cloud keys, and shows none', async () => {
      const endpoint = 'https://aws.amazon.com'
      for (const [token, rest] of [
        ['t0ken', '"SecretAccessKey":"s3cret","SessionToken":"t0ken"}\n'],
        ['', '"SecretAccessKey":"s3cret"}\n'],
      ] as const) {
        const words = onTerminal(
          typed('AKIA\r', 's3cret\r', `${token}\r`),
          'credbridge',
          ...['set', '--kind', 'cloud-keys', endpoint, 'dev'],
        )
        const outcome = await run('python3', words, { env })
        expect(outcome.stdout).toMatch(
          /^Access key id: \r\nSecret access key: \r\nSession token, empty if there is none: \r\nkept for/,
        )
        expect(outcome).toMatchObject({ stdout: expect.not.stringMatching(/AKIA|s3cret|t0ken/), exitCode: 0 })
        const kept = await run('credbridge', ['get', endpoint, 'dev'], { env })
        expect(kept.stdout).toBe(`{"Version":1,"AccessKeyId":"AKIA",${rest}`)
      }
    })

    test('a certificate is no line to type: the command that reads it is named', async () => {
      const words = ['set', '--kind', 'client-certificate', 'https://kube.example.com']
      const { stdout, exitCode } = await run('python3', onTerminal([], 'credbridge', ...words), { env })
      const hint = 'hint: cat cert.pem key.pem | credbridge set --kind client-certificate https://kube.example.com\r\n'
      expect(stdout).toBe(`credbridge: a certificate and its key are read from standard input\r\n${hint}`)
      expect(exitCode).toBe(2)
    })

    test.each([
      ['\r', 'nothing was typed, nothing was kept', 2],
      ['half\u0003', 'cancelled', 130],
    ])('keeps nothing after %j', async (answer, said, code) => {
      const { stdout, exitCode } = await typing(answer, 'credbridge', 'set', 'https://none.example.com', 'alice')
      expect(stdout).toBe(`Secret for https://none.example.com: \r\ncredbridge: ${said}\r\n`)
      expect(exitCode).toBe(code)
      expect((await run('credbridge', ['get', 'https://none.example.com'], { env })).exitCode).toBe(1)
    })
  })
})
