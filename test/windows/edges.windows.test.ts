import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../real/typing.ts'
import { here, message, needsWindows, textOf, type Windows, windows } from './world.ts'

/* What only Windows has: other drives and machines in paths, reserved names, read-only files, CRLF, its consoles. */

let it: Windows
const env = { CREDBRIDGE_STORE: 'vault' }

needsWindows('only on Windows', () => {
  beforeAll(() => {
    it = windows('Edges')
    it.standIn('docker', 'process.exit(1)\n')
    it.standIn('endings', 'process.stdout.write(JSON.stringify(process.env.PATHEXT))\n')
  })

  const at = (host: string) => ['protocol=https', `host=${host}`]

  describe('a home', () => {
    test.each([
      ['on another drive', 'D:\\People\\Jörg Müller'],
      ['on another machine', '\\\\fileserver\\homes$\\Jörg Müller'],
    ])('%s', async (_, home) => {
      const drive = dirname(here('D:\\it'))
      const folder = join(dirname(dirname(drive)), 'drive_d')
      if (!existsSync(drive)) {
        mkdirSync(folder)
        symlinkSync(folder, drive)
      }
      mkdirSync(here(`${home}\\AppData\\Local`), { recursive: true })
      const there = { ...env, CREDBRIDGE_TEST_HOME: home }
      const git = (verb: string, lines: readonly string[]) =>
        it.run('git-credential-credbridge', [verb], { input: message(lines), env: there })
      expect(await git('store', [...at('home.example.com'), 'username=ann', 'password=p'])).toMatchObject({
        exitCode: 0,
        stderr: '',
      })
      expect((await git('get', at('home.example.com'))).stdout).toContain('password=p\n')
      expect(existsSync(here(`${home}\\AppData\\Local\\credbridge\\vault`))).toBe(true)
      const setup = await it.run('credbridge', ['setup', 'docker'], { env: there })
      expect(setup).toMatchObject({ exitCode: 0 })
      expect(JSON.parse(textOf(`${home}\\.docker\\config.json`))).toEqual({ credsStore: 'credbridge' })
    })
  })

  test.each(['NUL', 'con', 'aux.txt'])('the reserved name %s is a name like any other', async (name) => {
    const keyring = (words: readonly string[], input = '') => it.run('credbridge-keyring', words, { input, env })
    expect(await keyring(['set', name, name], 'p@ss')).toMatchObject({ exitCode: 0 })
    expect((await keyring(['get', name, name])).stdout.trim()).toBe('p@ss')
  })

  test('a file named NUL ends at once, and is no folder of secrets', async () => {
    const imported = await it.run('credbridge', ['import', 'netrc', '--file', 'NUL', '--dry-run'], { env })
    expect(imported).toMatchObject({ timedOut: false, stdout: '' })
    expect(imported.exitCode).not.toBe(0)
  })

  test('files with CRLF are read, and stay so', async () => {
    const netrc = here(`${it.home}\\_netrc`)
    const entry = (host: string) => `machine ${host}\r\n  login ann\r\n  password of-${host}\r\n`
    writeFileSync(netrc, `${entry('one.example.com')}${entry('two.example.com')}`)
    const imported = await it.run('credbridge', ['import', 'netrc', '--yes', '--without-setup'], { env })
    expect(imported).toMatchObject({ exitCode: 0 })
    expect(readFileSync(netrc, 'utf8')).toBe('')
    const got = await it.run('credbridge', ['get', 'https://one.example.com', 'ann'], { env })
    expect(got.stdout.trim()).toBe('of-one.example.com')

    const docker = here(`${it.home}\\.docker\\config.json`)
    mkdirSync(dirname(docker), { recursive: true })
    writeFileSync(docker, '{\r\n\t"psFormat": "x"\r\n}\r\n')
    expect(await it.run('credbridge', ['setup', 'docker'], { env })).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('stored a throw-away'),
    })
    const text = readFileSync(docker, 'utf8')
    expect(JSON.parse(text)).toEqual({ psFormat: 'x', credsStore: 'credbridge' })
    expect(text.replaceAll('\r\n', '')).not.toContain('\n')
  })

  test.each(['', '.exe;.cmd', '.;.EXE', '.JS'])('with the PATHEXT "%s" programs are found', async (endings) => {
    const there = { ...env, CREDBRIDGE_TEST_PATHEXT: endings }
    const seen = await it.start(`${it.home}\\tools\\endings.exe`, [], { env: there })
    expect(seen.stdout).toBe(JSON.stringify(endings))
    expect(await it.run('credbridge', ['setup', 'docker'], { env: there })).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('stored a throw-away'),
    })
  })

  test.each(['npm', 'pnpm'])('%s, a batch file, is not set up, and another way is named', async (tool) => {
    expect(await it.run('credbridge', ['setup', tool], { env })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(
        new RegExp(`${tool} is a batch file .*\\nhint: credbridge run --env NODE_AUTH_TOKEN=`),
      ),
    })
  })

  test('a hint is in words of Windows', async () => {
    const index = `${it.home}\\AppData\\Local\\credbridge\\keychain.json`
    mkdirSync(dirname(here(index)), { recursive: true })
    writeFileSync(here(index), 'not an index')
    const listed = await it.run('credbridge', ['list'], { env: { CREDBRIDGE_STORE: 'keychain' } })
    expect(listed.stderr).toContain(`hint: put it aside: move ${index} ${index}.broken\n`)
    rmSync(here(index))
  })

  test('a console asks without echo, again and again, and shows every character', async () => {
    const onConsole = (words: readonly string[], ...answers: readonly Answer[]) =>
      it.onConsole('credbridge', words, answers, env)
    const where = ['https://console.example.com', 'ann']
    const shown = await onConsole(['set', ...where], [':', 'hïdden 漢'])
    expect(shown).toMatch(/kept for https:\/\/console.example.com|unchanged/)
    expect(shown).not.toMatch(/dden|漢/)
    expect(await onConsole(['get', '--show', ...where])).toContain('hïdden 漢')
    expect(await onConsole(['remove', ...where], ['[y/N]', 'maybe'], ['[y/N]', 'y'])).toContain('removed ann')
    expect(await onConsole(['get', '--show', ...where]).catch(String)).toContain('did not go as it should')
  })
})
