import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Bundled, npmPurl } from './bundled.ts'
import { root } from './project.ts'
import { type Target, targetNamed } from './targets.ts'

const modules = join(root, 'node_modules')
const wholeRuntime = 1024 * 1024

/** The version of the compiler, which is also the runtime's. */
export const runtimeVersion: string = versionOf('bun')

/** The compiler for this machine. npm's install script moves it out of its own package; without scripts it is still there. */
export function compiler(): string {
  const own = join(modules, 'bun', 'bin', 'bun.exe')
  return isRuntime(own) ? own : runtimeIn(join(modules, targetNamed(undefined).runtime))
}

/** The runtime that goes into the executable: of this machine from node_modules, of others from the registry. */
export function runtimeFor(target: Target): string {
  if (target === targetNamed(undefined)) return compiler()
  return runtimeIn(packageOf(target.runtime, runtimeVersion))
}

/** The addon, and the list of what is in it. */
export function addonFor(target: Target): { readonly file: string; readonly folder: string } {
  const installed = join(modules, target.addon)
  const folder = existsSync(installed) ? installed : packageOf(target.addon, versionOf('@napi-rs/keyring'))
  const { main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { main: string }
  return { file: join(folder, main), folder }
}

/** What must be said about the runtime. Its package holds no text, so this says where it is. */
export function runtimeWork(target: Target): Bundled {
  const tag = `https://github.com/oven-sh/bun/blob/bun-v${runtimeVersion}`
  const notice = [
    'Bun is MIT-licensed. It is linked with libraries under licences of their own, which are listed, each with its',
    `licence, in ${tag}/LICENSE.md.`,
    '',
    'Among them are JavaScriptCore and other parts of WebKit, under the GNU Library General Public License, version 2,',
    'and TinyCC, under the GNU Lesser General Public License, version 2.1. Their sources are at',
    'https://github.com/oven-sh/WebKit and https://github.com/oven-sh/tinycc. Whoever changes them and builds Bun anew,',
    'as the file above says, makes this program with the changed ones by `npm run build:standalone` in the sources of',
    'credbridge, after putting the new Bun in the place of node_modules/bun/bin/bun.exe.',
  ].join('\n')
  const license = 'MIT AND LGPL-2.0-only AND LGPL-2.1-only'
  return { name: 'bun', version: runtimeVersion, license, purl: npmPurl(target.runtime, runtimeVersion), notice }
}

/** A package of another platform, unpacked in .cache; npm checks that it is what the registry promises. */
function packageOf(name: string, version: string): string {
  const folder = join(root, '.cache', 'platforms', `${name.replace('/', '-')}-${version}`)
  if (existsSync(join(folder, 'package.json'))) return folder
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, `${name}@${version}`], {
    cwd: root,
    encoding: 'utf8',
  })
  const archive = join(folder, packed.trim())
  execFileSync('tar', ['-xzf', archive, '-C', folder, '--strip-components=1', '--no-same-owner'])
  rmSync(archive)
  return folder
}

function runtimeIn(folder: string): string {
  const found = ['bun', 'bun.exe'].map((name) => join(folder, 'bin', name)).find(isRuntime)
  if (found !== undefined) return found
  throw new Error(`there is no Bun in ${folder}: npm ci`)
}

/** Before npm's install script has run, a few lines of text stand in its place. */
function isRuntime(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > wholeRuntime
}

function versionOf(name: string): string {
  return JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')).version
}
