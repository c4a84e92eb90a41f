import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { manifest, root } from './project.ts'
import { buildStandalone, packageName, standaloneFolder } from './standalone.ts'
import { type Target, targetNamed, targets } from './targets.ts'
import { canBuildForWindows } from './windows.ts'

/*
 * npm run release [-- --target=linux-x64 --target=darwin-arm64 | --all] [--built]: writes everything that is published
 * to build/release. `--built` packs the executables that are in build/ already, so that they can be signed before.
 */

const { values } = parseArgs({
  options: { target: { type: 'string', multiple: true }, all: { type: 'boolean' }, built: { type: 'boolean' } },
})
const wanted = values.all === true ? targets : (values.target ?? [undefined]).map(targetNamed)
const out = join(root, 'build', 'release')

refuseWithoutOrigin()
refuseWithoutWindows()
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' })
pack(stageMain(wanted))
copyFileSync(join(root, 'dist', 'sbom.cdx.json'), join(out, `${manifest.name}-${manifest.version}.cdx.json`))
for (const target of wanted) {
  const folder = standaloneFolder(target)
  const name = `${manifest.name}-${manifest.version}-${target.name}`
  if (values.built !== true) await buildStandalone(target, folder)
  pack(folder)
  archive(folder, name)
  copyFileSync(join(folder, 'sbom.cdx.json'), join(out, `${name}.cdx.json`))
}
writeFileSync(join(out, 'SHA256SUMS'), checksums(out))

/** npm publishes with provenance only a package that names its source. */
function refuseWithoutOrigin(): void {
  const missing = ['repository', 'homepage', 'bugs'].filter((name) => !(name in manifest))
  if (missing.length === 0) return
  console.error(`package.json lacks ${missing.join(', ')}: docs/release.md says who sets them`)
  process.exit(1)
}

/** Without its programs for Windows the package finds no keychain there. */
function refuseWithoutWindows(): void {
  if (canBuildForWindows()) return
  console.error('the compiler for Windows is not here: install gcc-mingw-w64-x86-64')
  process.exit(1)
}

/**
 * Writes the package as it is published. The packages for the platforms are named here and not in package.json, because
 * `npm ci` asks the registry for all packages in package.json, also for those that were never published.
 */
function stageMain(platforms: readonly Target[]): string {
  const folder = join(root, 'build', 'package')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  for (const name of ['dist', 'README.md', 'LICENSE', 'SECURITY.md', 'CHANGELOG.md']) {
    cpSync(join(root, name), join(folder, name), { recursive: true })
  }
  const { scripts: _, devDependencies: __, ...published } = manifest
  const optionalDependencies = Object.fromEntries(platforms.map((it) => [packageName(it), manifest.version]))
  writeFileSync(
    join(folder, 'package.json'),
    `${JSON.stringify({ ...published, optionalDependencies }, undefined, 2)}\n`,
  )
  return folder
}

/** `npm pack` leaves out the links. npm creates them from "bin" when it installs the package. */
function pack(folder: string): void {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', out], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/** The same files give the same bytes, independent of times, owners and order. */
function archive(folder: string, name: string): void {
  const same = [
    '--sort=name',
    '--mtime=1985-10-26T08:15:00Z',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mode=go-w',
  ]
  const renamed = `--transform=flags=r;s|^\\.|${name}|`
  const options = [...same, '--format=ustar', renamed, '--use-compress-program=gzip -n9']
  execFileSync('tar', ['-cf', join(out, `${name}.tar.gz`), ...options, '-C', folder, '.'])
}

function checksums(folder: string): string {
  const files = readdirSync(folder).sort()
  return files.map((file) => `${sha256(join(folder, file))}  ${file}\n`).join('')
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}
