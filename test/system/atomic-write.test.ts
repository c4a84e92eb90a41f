import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { addFile, replaceFile, replaceLink } from '../../src/system/atomic-write.ts'
import { createFile } from '../../src/system/create-file.ts'
import { leftoversOf, nameBeside, removeLeftovers } from '../../src/system/leftovers.ts'
import { bundled } from '../real/bundled.ts'
import { thorough, thoroughly, usual, usually } from '../real/depth.ts'
import { needs } from '../real/require.ts'
import { run } from '../real/run.ts'
import { inFreshPlace, whileStopped } from '../real/stopped.ts'
import { callsOf, changes, killedAt, tracing } from '../stores/vault/tracing.ts'

const isRoot = process.getuid?.() === 0

function someFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cb-atomic-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const refused = expect.objectContaining({ code: 'refused' })
const modeOf = (path: string) => statSync(path).mode & 0o7777

usually(describe)('writing a file', () => {
  usual('replaces the old file and gives the new one mode 0600', () => {
    const file = join(someFolder(), 'file')
    const before = process.umask(0)
    onTestFinished(() => void process.umask(before))
    replaceFile(file, 'a')
    replaceFile(file, Buffer.from('bb'))
    expect(readFileSync(file, 'utf8')).toBe('bb')
    expect(modeOf(file)).toBe(0o600)
    expect(readdirSync(join(file, '..'))).toEqual(['file'])
  })

  usual('sets the wanted mode, whatever the umask', () => {
    const file = join(someFolder(), 'file')
    const before = process.umask(0o077)
    onTestFinished(() => void process.umask(before))
    replaceFile(file, 'a', { mode: 0o755 })
    expect(modeOf(file)).toBe(0o755)
  })

  usual('replaces a link, not its target', () => {
    const folder = someFolder()
    writeFileSync(join(folder, 'other'), 'other')
    symlinkSync('other', join(folder, 'file'))
    replaceFile(join(folder, 'file'), 'a')
    expect(lstatSync(join(folder, 'file')).isFile()).toBe(true)
    expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('other')
  })

  usual('by addFile leaves an existing file unchanged', () => {
    const file = join(someFolder(), 'file')
    expect([addFile(file, 'a'), addFile(file, 'b')]).toEqual([true, false])
    expect(readFileSync(file, 'utf8')).toBe('a')
    expect(statSync(file).nlink).toBe(1)
    expect(readdirSync(join(file, '..'))).toEqual(['file'])
  })

  usual('that cannot be renamed is refused, and leaves no temporary file', () => {
    const folder = someFolder()
    mkdirSync(join(folder, 'taken', 'x'), { recursive: true })
    expect(() => replaceFile(join(folder, 'taken'), 'a')).toThrow(refused)
    expect(() => replaceFile(join(folder, 'no', 'folder'), 'a')).toThrow(refused)
    expect(() => addFile(join(folder, 'no', 'folder'), 'a')).toThrow(refused)
    expect(() => replaceLink(join(folder, 'taken'), 'a')).toThrow(refused)
    expect(readdirSync(folder)).toEqual(['taken'])
  })

  usual('by createFile follows no link and replaces no file', () => {
    const folder = someFolder()
    symlinkSync('other', join(folder, 'link'))
    writeFileSync(join(folder, 'file'), 'file')
    for (const name of ['link', 'file']) expect(() => createFile(join(folder, name), 'a')).toThrow(refused)
    expect(existsSync(join(folder, 'other'))).toBe(false)
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('file')
  })

  usual('by replaceLink replaces a link', () => {
    const path = join(someFolder(), 'link')
    replaceLink(path, 'a')
    replaceLink(path, 'b')
    expect(readlinkSync(path)).toBe('b')
  })
})

usually(describe)('the temporary file of a killed process', () => {
  usual('has its own name and is removed after a minute; no other file is', () => {
    const folder = someFolder()
    const file = join(folder, '.npmrc')
    const strange = [
      '.npmrc.0123456789abcdef',
      '.npmrc.credbridge-new',
      '.npmrc.0123.credbridge-new',
      'x.credbridge-new',
    ]
    const [old, young] = [nameBeside(file), nameBeside(file)]
    for (const path of [old, young, ...strange.map((name) => join(folder, name))]) writeFileSync(path, 'secret')
    const past = (milliseconds: number) => new Date(Date.now() - milliseconds)
    for (const name of [...strange.map((name) => join(folder, name)), old]) utimesSync(name, past(90_000), past(90_000))
    expect(leftoversOf(file).toSorted()).toEqual([old, young].toSorted())
    replaceFile(file, 'a')
    expect([old, young].map((path) => existsSync(path))).toEqual([false, true])
    removeLeftovers(file, 0)
    expect(readdirSync(folder).sort()).toEqual(['.npmrc', ...strange].sort())
  })

  usual('is searched without a failure in a missing folder', () => {
    expect(leftoversOf(join(someFolder(), 'no', 'folder'))).toEqual([])
  })
})

thoroughly(tracing())('a process that is killed at any system call', () => {
  const program = bundled(join(import.meta.dirname, 'files-worker.ts'))

  thorough.each(['replace', 'add'])('leaves the old file or the new one, and what it left goes (%s)', async (what) => {
    const folder = someFolder()
    const words = (file: string) => [process.execPath, program(), what, file, 'new']
    mkdirSync(join(folder, 'traced'))
    const calls = await callsOf(words(join(folder, 'traced', 'file')), join(folder, 'traced'))
    expect(calls.length).toBeGreaterThan(5)
    for (const [number, call] of calls.entries()) {
      const fresh = () => {
        const file = join(mkdtempSync(join(folder, `killed-${number}-`)), 'file')
        if (what === 'replace') writeFileSync(file, 'old')
        return file
      }
      const file = await killedAt(call, fresh, words)
      expect(existsSync(file) ? readFileSync(file, 'utf8') : 'old', call.line).toMatch(/^(old|new)$/)
      removeLeftovers(file, 0)
      expect(
        readdirSync(join(file, '..')).filter((name) => name !== 'file'),
        call.line,
      ).toEqual([])
    }
  })
})

/** Runs a shell script as an unprivileged user. */
async function asNobody(script: string): Promise<void> {
  const words = [
    '--reuid',
    '65534',
    '--regid',
    '65534',
    '--clear-groups',
    'sh',
    '-c',
    `test "$(id -u)" = 65534; ${script}`,
  ]
  const { exitCode, stderr } = await run('setpriv', words, { env: { PATH: process.env['PATH'] } })
  if (exitCode !== 0) throw new Error(stderr)
}

needs('root', isRoot)('as root', () => {
  const program = bundled(join(import.meta.dirname, 'files-worker.ts'))

  async function inWorker(...words: readonly string[]): Promise<unknown> {
    const { stdout, stderr } = await run(process.execPath, [program(), ...words], {
      env: { PATH: process.env['PATH'] },
    })
    if (stdout === '') throw new Error(stderr)
    return JSON.parse(stdout)
  }

  usual('owner and mode are set', () => {
    const file = join(someFolder(), 'file')
    replaceFile(file, 'a', { mode: 0o640, owner: { uid: 65534, gid: 65534 } })
    expect(statSync(file)).toMatchObject({ uid: 65534, gid: 65534 })
    expect(modeOf(file)).toBe(0o640)
  })

  /** A home of the user `nobody` with one file, in a folder of root, and a file of root beside it. */
  function homeOfNobody() {
    const folder = someFolder()
    chmodSync(folder, 0o755)
    const [home, secret] = [join(folder, 'home'), join(folder, 'root')]
    mkdirSync(join(home, '.docker'), { recursive: true })
    mkdirSync(secret)
    writeFileSync(join(secret, 'config.json'), "root's", { mode: 0o600 })
    writeFileSync(join(home, '.docker', 'config.json'), "nobody's", { mode: 0o644 })
    for (const path of [home, join(home, '.docker'), join(home, '.docker', 'config.json')])
      chownSync(path, 65534, 65534)
    return { home, secret, file: join(home, '.docker', 'config.json') }
  }

  usual("another user's own file is changed and stays that user's", async () => {
    const { file } = homeOfNobody()
    expect(await inWorker('write', file, 'new')).toBe('done')
    expect(readFileSync(file, 'utf8')).toBe('new')
    expect(statSync(file)).toMatchObject({ uid: 65534, gid: 65534 })
    expect(modeOf(file)).toBe(0o644)
    expect(readdirSync(join(file, '..'))).toEqual(['config.json'])
  })

  usual('no file is created there, and the failure says why', async () => {
    const { home } = homeOfNobody()
    const among = expect.stringMatching(
      /^refused: .* is among the files of user 65534, and root creates no files there$/,
    )
    expect(await inWorker('write', join(home, '.npmrc'), 'a')).toEqual(among)
    expect(await inWorker('link', join(home, 'link'), 'a')).toEqual(among)
    expect(await inWorker('folder', join(home, 'folder'))).toEqual(among)
    expect(readdirSync(home)).toEqual(['.docker'])
  })

  usual("the user's link to a file of root is not followed", async () => {
    const { home, secret, file } = homeOfNobody()
    rmSync(file)
    await asNobody(`ln -s ${secret}/config.json ${file}`)
    const foreign = expect.stringMatching(/^refused: .* does not belong to user 65534/)
    expect(await inWorker('write', file, 'new')).toEqual(foreign)
    rmSync(join(home, '.docker'), { recursive: true })
    await asNobody(`ln -s ${secret} ${home}/.docker`)
    expect(await inWorker('write', file, 'new')).toEqual(foreign)
    expect(await inWorker('remove', file)).toEqual(foreign)
    expect(readFileSync(join(secret, 'config.json'), 'utf8')).toBe("root's")
    expect(statSync(join(secret, 'config.json'))).toMatchObject({ uid: 0 })
    expect(readdirSync(secret)).toEqual(['config.json'])
  })

  thoroughly(tracing())('that is stopped at any system call', () => {
    const hidden = 'mv .docker .hidden &&'
    thorough.each([
      [
        'the temporary file',
        'for it in .docker/*.credbridge-new; do test -e $it && ln -sf $ROOT/config.json $it; done; :',
      ],
      ['the file', 'ln -sf $ROOT/config.json .docker/config.json'],
      ['the folder', `${hidden} ln -s $ROOT .docker`],
      ['the folder, and back', `${hidden} ln -s $ROOT .docker && rm .docker && mv .hidden .docker`],
    ])('leaves the file of root alone when a link replaces %s', async (_, attack) => {
      const names = [...changes, 'fchown', 'fchmod', 'close', 'lstat', 'newfstatat', 'statx', 'fstat']
      const words = (file: string) => [process.execPath, program(), 'write', file, 'new']
      const traced = homeOfNobody()
      const calls = await callsOf(words(traced.file), traced.home, names)
      expect(calls.map(({ name }) => name)).toContain('fchown')
      for (const call of calls.filter(({ line }) => !line.startsWith('write(1,'))) {
        const { secret } = await inFreshPlace(homeOfNobody, async (place) => {
          const meanwhile = () => asNobody(`cd ${place.home}; ROOT=${place.secret}; ${attack}`)
          await whileStopped(call, words(place.file), meanwhile)
          return place
        })
        expect(statSync(join(secret, 'config.json')), call.line).toMatchObject({ uid: 0, gid: 0 })
        expect(readFileSync(join(secret, 'config.json'), 'utf8'), call.line).toBe("root's")
        expect(readdirSync(secret), call.line).toEqual(['config.json'])
      }
    })
  })
})
