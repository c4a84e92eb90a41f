import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { zip } from '../real/module-host.ts'
import {
  here,
  isStandalone,
  needsWindows,
  onThisMachine,
  onWindows,
  textOf,
  tool,
  type Windows,
  windows,
} from './world.ts'

/*
 * Setup of clients that start nothing but `.exe`, from an installation as npm lays it out, or from the folder of the
 * standalone executable. uv is real, the other clients are stand-ins.
 */

let it: Windows
const ends = { exitCode: 0 }

/** Answers the questions that setup asks, as pip does from its file. */
const pip = `const { readFileSync } = require('node:fs')
const file = process.env.APPDATA + '\\\\pip\\\\pip.ini'
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
try {
  if (words[0] !== 'config') process.exit(0)
  if (words[1] === 'list') console.log("For variant 'user', will try loading '" + file + "'")
  if (words[1] === 'get') console.log(/^keyring-provider = (.*)$/m.exec(readFileSync(file, 'utf8'))[1])
} catch {
  process.exit(1)
}
`

/** A package that is empty but for its name. */
const wheel = zip({
  'a_b-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: a-b\nVersion: 1.0\n',
  'a_b-1.0.dist-info/WHEEL': 'Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  'a_b-1.0.dist-info/RECORD': '',
})

/** A Python without the keyring package. */
const python = 'process.exit(0)\n'

needsWindows('setup on Windows', () => {
  beforeAll(() => {
    it = windows('Set Up')
    for (const name of ['docker', 'helm', 'podman']) it.standIn(name, 'process.exit(1)\n')
    it.standIn('pip', pip)
    it.standIn('python', python)
    copyFileSync(onThisMachine(tool('uv')), here(`${it.home}\\tools\\uv.exe`))
  })

  const setup = (...words: readonly string[]) => it.run('credbridge', ['setup', ...words])

  test('docker, helm and containers: their helpers are programs, and prove themselves', async () => {
    for (const name of ['docker', 'helm', 'containers']) {
      const done = await setup(name)
      expect(done.stderr).toMatch(/stored a throw-away sign-in, found it, listed it and erased it/)
      expect(done).toMatchObject(ends)
    }
    expect(JSON.parse(textOf(`${it.home}\\.docker\\config.json`))).toEqual({ credsStore: 'credbridge' })
    const helm = `${it.home}\\AppData\\Roaming\\helm\\registry\\config.json`
    expect(JSON.parse(textOf(helm))).toEqual({ credsStore: 'credbridge' })
    expect(existsSync(here(`${it.commands}\\docker-credential-credbridge.exe`))).toBe(true)
    const listed = await it.start(`${it.commands}\\docker-credential-credbridge.exe`, ['list'], { input: 'unused' })
    expect(listed).toMatchObject({ exitCode: 0, stdout: '{}\n' })
  })

  test('pip and Python', async () => {
    expect(await setup('pip')).toMatchObject({
      ...ends,
      stderr: expect.stringContaining('keyring.exe kept a throw-away'),
    })
    expect(textOf(`${it.home}\\AppData\\Roaming\\pip\\pip.ini`)).toContain('keyring-provider = subprocess\n')
    expect(await setup('python')).toMatchObject(ends)
    const config = textOf(`${it.home}\\AppData\\Local\\Python Keyring\\keyringrc.cfg`)
    expect(config).toContain('credbridge_keyring')
    const [, command = ''] = /^COMMAND = (".*")$/m.exec(
      textOf(`${it.home}\\AppData\\Local\\credbridge\\python\\credbridge_keyring.py`),
    ) ?? ['', '""']
    const program: string = JSON.parse(command)
    expect(program).toMatch(/credbridge-keyring\.exe$/)
    expect((await it.start(program, ['get', 'nothing', 'nobody'])).exitCode).toBe(1)
  })

  test('uv itself starts keyring.exe and gets the password', async () => {
    expect(await setup('uv')).toMatchObject(ends)
    const asked: (string | undefined)[] = []
    const server = createServer((request, response) => {
      asked.push(request.headers.authorization)
      request.resume()
      response.writeHead(request.headers.authorization === undefined ? 401 : 200, { 'www-authenticate': 'Basic' }).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/legacy/`
      await it.run('credbridge-keyring', ['set', url, 'ann'], { input: 'of uv' })
      const file = join(it.homeHere, 'a_b-1.0-py3-none-any.whl')
      writeFileSync(file, wheel)
      const words = ['publish', '--publish-url', url, '-u', 'ann', onWindows(file)]
      const said = await it.start(`${it.home}\\tools\\uv.exe`, words)
      expect([said.exitCode, said.stderr]).toEqual([0, expect.any(String)])
      expect(asked.at(-1)).toBe(`Basic ${Buffer.from('ann:of uv').toString('base64')}`)
    } finally {
      server.close()
    }
  })

  test('doctor finds all of it well, and then what cannot be started', { timeout: 300_000 }, async () => {
    const doctor = async () => (await it.run('credbridge', ['doctor'])).stdout
    const lines = await doctor()
    for (const name of ['docker', 'helm', 'uv', 'pip']) expect(lines).toMatch(new RegExp(`^ok +${name}: `, 'm'))
    expect(lines).not.toMatch(/^WRONG/m)
    if (isStandalone) return
    for (const ending of ['exe', 'start']) rmSync(here(`${it.commands}\\docker-credential-credbridge.${ending}`))
    const after = await doctor()
    expect(after).toMatch(/^WRONG +docker: .*docker-credential-credbridge\.cmd is a batch file/m)
    expect(await setup('docker')).toMatchObject(ends)
  })

  test('undo takes everything back', async () => {
    for (const name of ['docker', 'helm', 'containers', 'pip', 'uv', 'python'])
      expect(await setup(name, '--undo')).toMatchObject(ends)
    expect(existsSync(here(`${it.home}\\AppData\\Roaming\\npm\\keyring.exe`))).toBe(false)
    expect(textOf(`${it.home}\\.docker\\config.json`)).not.toContain('credbridge')
    if (!isStandalone) expect(existsSync(here(`${it.commands}\\docker-credential-credbridge.exe`))).toBe(false)
  })

  describe.skipIf(isStandalone)('the launcher', () => {
    test('passes its command line on as it came, whatever the current folder has', async () => {
      const program = it.standIn(
        'says',
        'process.stdout.write(JSON.stringify([process.argv.slice(2), process.env.NODE_OPTIONS ?? null]))\n',
      )
      for (const name of ['node.exe', 'says-stand-in.js']) writeFileSync(join(it.homeHere, name), 'not a program')
      const words = ['get', 'a b', 'it"s', '', '*', 'C:\\back\\', '%PATH%', '^&|', 'ü漢']
      const said = await it.start(program, words, { env: { NODE_OPTIONS: '--no-warnings' } })
      expect(said).toMatchObject({ exitCode: 0, stderr: '' })
      expect(JSON.parse(said.stdout)).toEqual([words, null])
    })

    test('starts no file of the current folder that is named like the first argument, where its program has gone', async () => {
      const program = it.standIn('gone', '')
      writeFileSync(here(`${it.home}\\tools\\gone.start`), Buffer.from('C:\\gone\\it.exe\nget\n\n', 'utf16le'))
      writeFileSync(join(it.homeHere, 'get'), "process.stdout.write('hostile')\n")
      const said = await it.start(program)
      expect(said).toMatchObject({ exitCode: 127, stdout: '' })
      expect(said.stderr).toContain('hint: credbridge doctor')
    })

    test('passes the exit code on, and says what to do where Node has gone', async () => {
      const program = it.standIn('ends', 'process.exit(7)\n')
      expect((await it.start(program)).exitCode).toBe(7)
      const start = (text: string) => writeFileSync(here(`${it.home}\\tools\\ends.start`), Buffer.from(text, 'utf16le'))
      start(`C:\\gone\\node.exe\n${it.home}\\tools\\ends-stand-in.js\n\n`)
      expect((await it.start(program)).exitCode).toBe(7) // by the Node on PATH
      start(`C:\\gone\\node.exe\nC:\\gone\\it.cjs\n\n`)
      expect(await it.start(program)).toMatchObject({
        exitCode: 127,
        stderr: expect.stringContaining('hint: credbridge doctor'),
      })
    })

    test('names the error of Windows where the program cannot be started', async () => {
      const program = it.standIn('broken', '')
      const text = `${it.home}\\tools\\broken-stand-in.js\n\n\n`
      writeFileSync(here(`${it.home}\\tools\\broken.start`), Buffer.from(text, 'utf16le'))
      expect(await it.start(program)).toMatchObject({
        exitCode: 127,
        stderr: 'credbridge: Node or credbridge cannot be started: error 193 of Windows\n',
      })
    })

    test('without a text beside it, it starts the script with its name', async () => {
      const own = `${it.commands}\\node_modules\\credbridge\\dist`
      copyFileSync(here(`${own}\\windows\\launcher.exe`), here(`${own}\\git-credential-credbridge.exe`))
      const said = await it.start(`${own}\\git-credential-credbridge.exe`, ['capability'])
      expect(said).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^version 0\n/) })
    })
  })
})
