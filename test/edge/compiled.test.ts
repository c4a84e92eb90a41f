import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs } from '../real/require.ts'
import { run } from '../real/run.ts'

/* What V8 keeps of a client's command lies in the user's cache folder, is used only from there, and is never needed. */

const command = join(import.meta.dirname, '..', '..', 'dist', 'git-credential-credbridge.cjs')

needs('the build (npm run build)', built)('what V8 compiled is kept', () => {
  let cache = ''
  let folder = ''

  beforeEach(() => {
    const root = mkdtempSync(join(tmpdir(), 'cb-compiled-'))
    onTestFinished(() => rmSync(root, { recursive: true, force: true }))
    cache = join(root, 'cache')
    folder = join(cache, 'credbridge')
  })

  /** A `get` that finds nothing; what is kept afterwards. */
  async function get(env: Readonly<Record<string, string>> = { XDG_CACHE_HOME: cache }) {
    const input = 'protocol=https\nhost=git.example.com\n\n'
    const HOME = join(cache, '..', 'home')
    const ran = await run(process.execPath, [command, 'get'], {
      env: { HOME, CREDBRIDGE_STORE: 'memory', ...env },
      input,
    })
    expect(ran).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
    return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
  }

  /** Whether a file holds the same twice, as ours do, and a byte. */
  function isWhole(file: string): boolean {
    const bytes = readFileSync(file)
    const half = (bytes.length - 1) / 2
    return half > 10_000 && bytes.subarray(0, half).equals(bytes.subarray(half, 2 * half))
  }

  test('by the first calls, for nobody else to read, and the next ones only use it', async () => {
    const [file = '', another] = await get()
    expect(another).toBeUndefined()
    expect([statSync(folder).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600])
    expect(isWhole(file)).toBe(true)
    for (let more = 0; more < 3; more++) await get()
    const { ino, size } = statSync(file)
    await get()
    expect(statSync(file)).toMatchObject({ ino, size })
  })

  test('with what the calls before used', async () => {
    const [file = ''] = await get()
    const { size } = statSync(file)
    const said = await run(process.execPath, [command, 'get'], { env: { XDG_CACHE_HOME: cache }, input: 'nonsense\n' })
    expect(said.stdout).toBe('')
    expect(statSync(file).size).toBeGreaterThanOrEqual(size)
    expect(await get()).toEqual([file])
    expect(isWhole(file)).toBe(true)
  })

  test('in the home folder where no cache folder is named, and nowhere where there is no home', async () => {
    expect(await get({ XDG_CACHE_HOME: 'relative' })).toEqual([])
    expect(readdirSync(join(cache, '..', 'home', '.cache', 'credbridge'))).toHaveLength(1)
    expect(await get({ HOME: '' })).toEqual([])
  })

  test.each<[string, (file: string) => void]>([
    ['cut off', (file) => writeFileSync(file, readFileSync(file).subarray(0, 20_000))],
    ['empty', (file) => writeFileSync(file, '')],
    ['no code', (file) => writeFileSync(file, Buffer.alloc(200_000))],
    ['another byte in the middle', (file) => writeFileSync(file, changed(readFileSync(file)))],
    ['older than a day', (file) => utimesSync(file, new Date(0), new Date(0))],
    ["another user's", (file) => chownSync(file, 65_534, 65_534)],
    ['open to others', (file) => chmodSync(file, 0o666)],
    ['a link', (file) => linked(file)],
  ])('%s: compiled and kept anew', async (_, spoil) => {
    const [file = ''] = await get()
    spoil(file)
    const { ino } = lstatSync(file)
    expect(await get()).toEqual([file])
    expect(lstatSync(file)).toMatchObject({ uid: process.getuid?.() })
    expect([lstatSync(file).isFile(), lstatSync(file).mode & 0o777, isWhole(file)]).toEqual([true, 0o600, true])
    expect(lstatSync(file).ino).not.toBe(ino)
  })

  test('not in a folder that others can write, or that cannot be written', async () => {
    mkdirSync(folder, { recursive: true })
    chmodSync(folder, 0o777)
    expect(await get()).toEqual([])
    rmSync(folder, { recursive: true })
    writeFileSync(folder, 'a file')
    await get().catch((error) => expect(error.code).toBe('ENOTDIR'))
    expect(readFileSync(folder, 'utf8')).toBe('a file')
  })

  test('of other releases nothing stays', async () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const name of ['git-credential-credbridge-0123-get-v1', 'docker-credential-credbridge-0123-get-v1']) {
      writeFileSync(join(folder, name), 'old')
    }
    const names = (await get()).map((file) => file.slice(folder.length + 1))
    expect(names).toHaveLength(2)
    expect(names).toContain('docker-credential-credbridge-0123-get-v1')
  })
})

function changed(bytes: Buffer): Buffer {
  const at = Math.floor(bytes.length / 4)
  bytes[at] = (bytes[at] ?? 0) ^ 0xff
  return bytes
}

/** The very same file, elsewhere. */
function linked(file: string): void {
  const elsewhere = join(file, '..', '..', 'elsewhere')
  writeFileSync(elsewhere, readFileSync(file), { mode: 0o600 })
  rmSync(file)
  symlinkSync(elsewhere, file)
}
