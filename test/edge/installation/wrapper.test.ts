import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type Running, startsOf } from '../../../src/edge/installation/node-starts.ts'
import { shellWrapper } from '../../../src/edge/installation/wrapper.ts'
import { run } from '../../real/run.ts'

const command = 'git-credential-credbridge'

/** Says what it was started with, and ends with 7. */
const program = (name: string) => `const { NODE_OPTIONS = 'none' } = process.env
process.stdin.on('data', (text) => {
  process.stdout.write(JSON.stringify(['${name}', process.argv.slice(2), String(text), NODE_OPTIONS]))
  process.exitCode = 7
})
`
const words = ['get', "it's", '', '*']
const says = (name: string, options = 'none') => ({
  stdout: JSON.stringify([name, words, 'a=b', options]),
  stderr: '',
  exitCode: 7,
})

let folder = ''
const at = (...names: string[]) => join(folder, ...names)

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "o'dd $HOME-")))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
})

function put(path: string, text: string, mode = 0o644): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

/** Node in a place of its own. */
const nodeAt = (...names: string[]) => put(at(...names), `#!/bin/sh\nexec '${process.execPath}' "$@"\n`, 0o755)

const commandAt = (name: string, ...names: string[]) => put(at(...names, `${command}.cjs`), program(name))

function wrapper(running: Partial<Running>, keepsOptions = false): string {
  const dist = at('dist')
  const all = { node: at('node'), started: join(dist, 'credbridge.cjs'), dist, env: {}, trusts: () => true, ...running }
  const starts = startsOf(command, all)
  if (starts === undefined) throw new Error('there is no such command')
  return put(at('wrapper'), shellWrapper({ command, ...starts, keepsOptions }), 0o700)
}

const start = (path: string, env: Record<string, string> = {}) =>
  run(path, words, { env: { PATH: '/nowhere', ...env }, input: 'a=b' })

describe('the wrapper of a command', () => {
  test('starts it without any PATH: words, input, output and exit code are its own', async () => {
    nodeAt('node')
    commandAt('ours', 'dist')
    const path = wrapper({})
    expect(await start(path)).toMatchObject(says('ours'))
    expect(await run(path, words, { env: {}, input: 'a=b' })).toMatchObject(says('ours'))
  })

  test('drops options for Node that a project may have set, unless it starts the caller’s program', async () => {
    nodeAt('node')
    commandAt('ours', 'dist')
    const env = { NODE_OPTIONS: '--no-warnings' }
    expect(await start(wrapper({}), env)).toMatchObject(says('ours'))
    expect(await start(wrapper({}, true), env)).toMatchObject(says('ours', '--no-warnings'))
  })

  test('an upgrade by the system: PATH had a link to the old Node, which leads to the new one', async () => {
    const node = nodeAt('cellar', 'node', 'bin', 'node')
    mkdirSync(at('bin'))
    symlinkSync(node, at('bin', 'node'))
    commandAt('ours', 'dist')
    const path = wrapper({ node, env: { PATH: `relative:${at('bin')}:${at('nothing')}` } })
    rmSync(at('bin', 'node'))
    renameSync(at('cellar', 'node'), at('cellar', 'newer'))
    symlinkSync(at('cellar', 'newer', 'bin', 'node'), at('bin', 'node'))
    expect(await start(path)).toMatchObject(says('ours'))
  })

  test('a manager of versions: the newest version that has credbridge, too', async () => {
    const node = nodeAt('versions', 'v22.1.0', 'bin', 'node')
    const dist = ['lib', 'node_modules', 'credbridge', 'dist']
    commandAt('of 22', 'versions', 'v22.1.0', ...dist)
    const path = wrapper({ node, dist: at('versions', 'v22.1.0', ...dist) })
    expect(await start(path)).toMatchObject(says('of 22'))
    for (const version of ['v24.0.0', 'v24.9.0']) commandAt(`of ${version}`, 'versions', version, ...dist)
    nodeAt('versions', 'v24.0.0', 'bin', 'node')
    nodeAt('versions', 'v24.5.0', 'bin', 'node')
    rmSync(at('versions', 'v22.1.0'), { recursive: true })
    expect(await start(path)).toMatchObject(says('of v24.0.0'))
    nodeAt('versions', 'v24.9.0', 'bin', 'node')
    expect(await start(path)).toMatchObject(says('of v24.9.0'))
  })

  test('a manager of versions that keeps credbridge elsewhere', async () => {
    const node = nodeAt('versions', '22.1.0_1', 'installation', 'bin', 'node')
    commandAt('ours', 'dist')
    const path = wrapper({ node })
    renameSync(at('versions', '22.1.0_1'), at('versions', '24.0.0'))
    expect(await start(path)).toMatchObject(says('ours'))
  })

  test('an upgrade of credbridge that moves it: the way by which setup was started leads to the new one', async () => {
    nodeAt('node')
    commandAt('old', 'store', 'one')
    symlinkSync(at('store', 'one'), at('global'))
    const path = wrapper({ dist: at('store', 'one'), started: at('global', 'credbridge.cjs') })
    expect(await start(path)).toMatchObject(says('old'))
    rmSync(at('global'))
    rmSync(at('store', 'one'), { recursive: true })
    commandAt('new', 'store', 'two')
    symlinkSync(at('store', 'two'), at('global'))
    expect(await start(path)).toMatchObject(says('new'))
  })

  test('nothing is there any more: nothing on standard output, exit 127, and what to do', async () => {
    nodeAt('versions', 'v22.1.0', 'bin', 'node')
    commandAt('ours', 'dist')
    const path = wrapper({ node: at('versions', 'v22.1.0', 'bin', 'node') })
    rmSync(at('versions'), { recursive: true })
    const gone = 'credbridge: Node or credbridge is no longer where it was at setup\n'
    const finish = 'hint: if it was removed, install it again, and run: credbridge uninstall\n'
    expect(await start(path)).toMatchObject({ stdout: '', stderr: gone + finish, exitCode: 127 })
    put(at('bin', 'credbridge'), '#!/bin/sh\n', 0o755)
    const found = await start(path, { PATH: at('bin') })
    expect(found).toMatchObject({ stdout: '', stderr: `${gone}hint: credbridge doctor\n`, exitCode: 127 })
  })

  test('a place where others could put a program is not tried', async () => {
    const node = nodeAt('versions', 'v22.1.0', 'bin', 'node')
    mkdirSync(at('bin'))
    symlinkSync(node, at('bin', 'node'))
    commandAt('ours', 'dist')
    symlinkSync(at('dist'), at('global'))
    const running = { node, started: at('global', 'credbridge.cjs'), env: { PATH: at('bin') }, trusts: () => false }
    const path = wrapper(running)
    expect(await start(path)).toMatchObject(says('ours'))
    renameSync(at('versions', 'v22.1.0'), at('versions', 'v22.2.0'))
    rmSync(at('bin', 'node'))
    symlinkSync(at('versions', 'v22.2.0', 'bin', 'node'), at('bin', 'node'))
    expect(await start(path)).toMatchObject({ exitCode: 127 })
  })

  test('a command that is not installed has none', () => {
    expect(() => wrapper({})).toThrow('there is no such command')
  })
})
