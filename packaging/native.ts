import { execFileSync } from 'node:child_process'
import { copyFileSync, readdirSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Bundled, bundledPackages } from './bundled.ts'
import { linkedCrates } from './crates.ts'
import { bundleForNative } from './native-bundle.ts'
import { root } from './project.ts'
import { type Target, targetNamed } from './targets.ts'

/*
 * The executable of the native host: QuickJS-NG with the host's modules (runtime/) and the bytecode of src/. Rust
 * builds it, only for the machine that it runs on.
 */

const crate = join(root, 'runtime')
const { CARGO_TARGET_DIR: target = join(root, '.cache', 'cargo'), CARGO_HOME: cargoHome = join(homedir(), '.cargo') } =
  process.env

/** Whether the executable for this platform is the native one. */
export function isNative(platform: Target): boolean {
  return platform.os === 'linux' && platform === targetNamed(undefined)
}

/** Builds the executable into this file. Returns the third-party works in it. */
export async function buildNative(outfile: string): Promise<readonly Bundled[]> {
  const bundle = `${outfile}.bundle`
  try {
    const inputs = await bundleForNative(bundle)
    cargo(['fetch', `--target=${machine()}`])
    cargo(['build', '--release', '--quiet'], { CREDBRIDGE_BUNDLE: bundle, ...withoutPaths() })
    copyFileSync(join(target, 'release', 'credbridge'), outfile)
    const metadata = cargo(['metadata', '--format-version=1', `--filter-platform=${machine()}`])
    return [...bundledPackages(inputs), ...linkedCrates(JSON.parse(metadata))]
  } finally {
    rmSync(bundle, { recursive: true, force: true })
  }
}

/** Builds an executable of the host with another program than the commands, quickly, for tests. */
export async function buildProgram(outfile: string, program: string): Promise<void> {
  const bundle = `${outfile}.bundle`
  await bundleForNative(bundle, program)
  cargo(['build', '--quiet'], { CREDBRIDGE_BUNDLE: bundle })
  copyFileSync(join(target, 'debug', 'credbridge'), outfile)
}

function cargo(words: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  return execFileSync('cargo', [...words, '--locked'], {
    cwd: crate,
    env: { ...process.env, CARGO_TARGET_DIR: target, ...env },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Replaces the paths of this machine, so that the executable is the same wherever it is built. */
function withoutPaths(): Readonly<Record<string, string>> {
  const registries = join(cargoHome, 'registry', 'src')
  const names = [...readdirSync(registries).map((name) => join(registries, name)), target, root]
  const each = (option: string) => names.map((folder, index) => `${option}=${folder}=${index}`)
  return { RUSTFLAGS: each('--remap-path-prefix').join(' '), CFLAGS: each('-ffile-prefix-map').join(' ') }
}

/** Rust's name for this machine. */
function machine(): string {
  const [, host = ''] = /^host: (.+)$/m.exec(execFileSync('rustc', ['-vV'], { encoding: 'utf8' })) ?? []
  return host
}
