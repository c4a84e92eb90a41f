import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { manifest } from '../../packaging/project.ts'
import { needs, programOnPath } from '../real/require.ts'
import { type Outcome, run } from '../real/run.ts'
import { type Answer, typing } from '../real/typing.ts'

/*
 * A Windows under Wine, which .ci/windows makes. All tests share it, and so its Credential Manager; each has a home of
 * its own. The commands run on Windows' Node, installed as npm does it, or are the standalone executable.
 */

const root = join(import.meta.dirname, '..', '..')
const made = process.env['CREDBRIDGE_TEST_WINDOWS'] ?? ''
const standalone = process.env['CREDBRIDGE_TEST_STANDALONE'] ?? ''
const prefix = join(made, 'prefix')
const programFiles = 'C:\\Program Files'

export const needsWindows = needs('Wine with a Windows', made !== '' && programOnPath('wine') !== undefined)

/** Whether the tests run on the standalone executable. */
export const isStandalone = standalone !== ''

export interface Windows {
  /** The home of the person, as Windows and as this machine name it. */
  readonly home: string
  readonly homeHere: string
  /** Where npm, or the person, put our commands. */
  readonly commands: string
  /** Runs one of our commands as it is before any setup. */
  run(command: string, words?: readonly string[], options?: Options): Promise<Outcome>
  /** Runs any program of Windows. */
  start(program: string, words?: readonly string[], options?: Options): Promise<Outcome>
  /** Looks at the Credential Manager, and puts things there, without credbridge. */
  outsider(...words: readonly string[]): Promise<Outcome>
  /** The credentials whose target contains this text: target, user, comment, persistence, size in bytes. */
  lying(text: string): Promise<readonly (readonly string[])[]>
  /** Runs one of our commands on a console, in the home of Wine's own person. Gives what the console showed. */
  onConsole(command: string, words: readonly string[], answers: readonly Answer[], env: Environment): Promise<string>
  /** Makes a program in a folder of PATH that runs this JavaScript on Node. Returns its path on Windows. */
  standIn(name: string, script: string): string
}

type Environment = Readonly<Record<string, string>>

interface Options {
  readonly input?: string | Uint8Array
  readonly env?: Environment
  /** As this machine names it. */
  readonly cwd?: string
}

/** A person with this name, who has installed our commands. */
export function windows(person: string): Windows {
  const home = `C:\\users\\${person}`
  const homeHere = here(home)
  const tools = `${home}\\tools`
  const npm = `${home}\\AppData\\Roaming\\npm`
  mkdirSync(here(tools), { recursive: true })
  mkdirSync(here(npm), { recursive: true })
  mkdirSync(here(`${home}\\AppData\\Local`), { recursive: true })
  installNode()
  if (isStandalone) installStandalone()
  else installByNpm(npm)

  const commands = isStandalone ? `${programFiles}\\credbridge` : npm
  const path = [tools, commands, npm, `${programFiles}\\nodejs`].join(';')

  const surroundings = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    TMPDIR: process.env['TMPDIR'], // Wine's programs find their server below it
    LC_ALL: 'C.UTF-8',
    WINEPREFIX: prefix,
    WINEDEBUG: '-all',
    WINEPATH: path,
  }
  const wordsFor = (command: string): readonly string[] =>
    isStandalone ? [`${commands}\\${command}.exe`] : [node, `${npm}\\node_modules\\credbridge\\dist\\${command}.cjs`]

  /** Into files: a service of Wine that is started meanwhile keeps a pipe open. */
  async function start(program: string, words: readonly string[] = [], { input, env, cwd }: Options = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'cb-windows-'))
    const wine = ['wine', join(made, 'bin', 'pipes.exe'), program, ...words]
    try {
      const outcome = await run('sh', ['-c', 'exec "$@" >"$0/out" 2>"$0/err"', folder, ...wine], {
        cwd: cwd ?? homeHere,
        env: { ...surroundings, CREDBRIDGE_TEST_HOME: home, ...env },
        ...(input === undefined ? {} : { input }),
        timeout: 110_000,
      })
      const [stdout, stderr] = ['out', 'err'].map((name) => readFileSync(join(folder, name), 'utf8'))
      return { ...outcome, stdout: stdout ?? '', stderr: stderr ?? '' }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  const outsider = (...words: readonly string[]) => start(tool('outsider'), words)

  return {
    home,
    homeHere,
    commands,
    start,
    outsider,
    run(command, words = [], options) {
      const [program = '', ...first] = wordsFor(command)
      return start(program, [...first, ...words], options)
    },
    onConsole: (command, words, answers, env) =>
      typing(['wine', ...wordsFor(command), ...words], answers, { env: { ...surroundings, ...env }, cwd: homeHere }),
    async lying(text) {
      const { stdout } = await outsider('list')
      const lines = stdout.split(/\r?\n/).filter((line) => line !== '')
      return lines.map((line) => line.split('\t')).filter(([target = '']) => target.includes(text))
    },
    standIn(name, script) {
      const program = `${tools}\\${name}.exe`
      const file = `${tools}\\${name}-stand-in.js`
      writeFileSync(here(file), script)
      copyFileSync(join(root, 'dist', 'windows', 'launcher.exe'), here(program))
      writeFileSync(here(`${tools}\\${name}.start`), Buffer.from(`${node}\n${file}\n\n`, 'utf16le'))
      return program
    },
  }
}

export const node = `${programFiles}\\nodejs\\node.exe`

/** How this machine names a path of Windows on a drive, or on another machine (`\\\\server\\share`). */
export function here(path: string): string {
  const [drive = '', ...rest] = path.split('\\')
  if (drive === 'C:') return join(prefix, 'drive_c', ...rest)
  return join(prefix, 'dosdevices', ...(drive === '' ? ['unc', ...rest.slice(1)] : [drive.toLowerCase(), ...rest]))
}

/** How Windows names a path of this machine. */
export function onWindows(path: string): string {
  return `Z:${path.replaceAll('/', '\\')}`
}

/** A program that .ci/windows compiled for the tests. */
export function tool(name: string): string {
  return onWindows(join(made, 'bin', `${name}.exe`))
}

/** How this machine names a path of Windows on drive Z. */
export function onThisMachine(path: string): string {
  return path.slice('Z:'.length).replaceAll('\\', '/')
}

/** A text file of Windows; empty if it does not exist. */
export function textOf(path: string): string {
  return existsSync(here(path)) ? readFileSync(here(path), 'utf8') : ''
}

function installNode(): void {
  const folder = here(`${programFiles}\\nodejs`)
  if (existsSync(folder)) return
  mkdirSync(folder, { recursive: true })
  linkSync(join(made, 'bin', 'node.exe'), join(folder, 'node.exe'))
}

/** As `npm install --global` lays it out on Windows, with npm's own shims. */
function installByNpm(folder: string): void {
  const own = join(here(folder), 'node_modules', 'credbridge')
  mkdirSync(own, { recursive: true })
  cpSync(join(root, 'dist'), join(own, 'dist'), { recursive: true })
  copyFileSync(join(root, 'package.json'), join(own, 'package.json'))
  const npm = join(dirname(realpathSync(programOnPath('npm') ?? '')), '..')
  const shim = `const shim = require(${JSON.stringify(createRequire(join(npm, 'package.json')).resolve('cmd-shim'))})
const [folder, own, ...files] = process.argv.slice(1)
for (const file of files) shim(own + '/dist/' + file + '.cjs', folder + '/' + file)`
  execFileSync(process.execPath, ['-e', shim, here(folder), own, ...Object.keys(manifest.bin)])
}

function installStandalone(): void {
  const [from, to] = [dirname(standalone), here(`${programFiles}\\credbridge`)]
  if (existsSync(to)) return
  mkdirSync(join(to, 'windows'), { recursive: true })
  for (const name of readdirSync(from).filter((name) => name.endsWith('.exe')))
    linkSync(join(from, name), join(to, name))
  for (const name of ['windows', 'python']) cpSync(join(from, name), join(to, basename(name)), { recursive: true })
}

/** A message of git's protocol, with the line ends of Windows if `ends` says so. */
export function message(lines: readonly string[], ends = '\n'): string {
  return [...lines, '', ''].join(ends)
}
