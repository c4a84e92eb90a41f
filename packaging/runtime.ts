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

/**
 * The compiler for this machine. npm's install script moves it into the package bun; without scripts it is not moved.
 */
export function compiler(): string {
  const own = join(modules, 'bun', 'bin', 'bun.exe')
  return isRuntime(own) ? own : runtimeIn(join(modules, targetNamed(undefined).runtime))
}

/** The runtime for the executable: for this platform from node_modules, for others from the registry. */
export function runtimeFor(target: Target): string {
  if (target === targetNamed(undefined)) return compiler()
  return runtimeIn(packageOf(target.runtime, runtimeVersion))
}

/** The addon's file, and the folder of its package. */
export function addonFor(target: Target): { readonly file: string; readonly folder: string } {
  const installed = join(modules, target.addon)
  const folder = existsSync(installed) ? installed : packageOf(target.addon, versionOf('@napi-rs/keyring'))
  const { main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { main: string }
  return { file: join(folder, main), folder }
}

/** The notice for the runtime. Its package contains no licence text, so the notice links to it. */
export function runtimeWork(target: Target): Bundled {
  const tag = `https://github.com/oven-sh/bun/blob/bun-v${runtimeVersion}`
  const notice = [
    'Bun is MIT-licensed. It is linked with libraries under licences of their own, which are listed, each with its',
    `licence, in ${tag}/LICENSE.md.`,
    '',
    'Among them are JavaScriptCore and other parts of WebKit, under the GNU Library General Public License, version 2,',
    'and TinyCC, under the GNU Lesser General Public License, version 2.1. Their sources are at',
    'https://github.com/oven-sh/WebKit and https://github.com/oven-sh/tinycc. To use changed versions, build Bun with',
    'them as the file above describes, replace node_modules/bun/bin/bun.exe in the sources of credbridge by the new Bun,',
    'and run `npm run build:standalone`.',
  ].join('\n')
  const license = 'MIT AND LGPL-2.0-only AND LGPL-2.1-only'
  return { name: 'bun', version: runtimeVersion, license, purl: npmPurl(target.runtime, runtimeVersion), notice }
}

/** A package of another platform, unpacked in .cache. npm checks its integrity. */
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
  throw new Error(`there is no Bun in ${folder}; run npm ci`)
}

/** Before npm's install script has run, the file is a short text. */
function isRuntime(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > wholeRuntime
}

function versionOf(name: string): string {
  return JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8')).version
}
