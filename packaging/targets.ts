/** A platform for which a standalone executable can be built, and its names. */
export interface Target {
  /** Node's name, from `process.platform` and `process.arch`. Also the package's name in the scope. */
  readonly name: string
  readonly os: string
  readonly cpu: string
  readonly libc?: 'glibc' | 'musl'
  /** The compiler's name. */
  readonly bun: string
  /** The package with the runtime. */
  readonly runtime: string
  /** The package with the addon. */
  readonly addon: string
}

function target(os: string, cpu: string, runtime: string, addon: string, libc?: 'glibc' | 'musl'): Target {
  const name = `${os}-${cpu}${libc === 'musl' ? '-musl' : ''}`
  return {
    name,
    os,
    cpu,
    ...(libc === undefined ? {} : { libc }),
    bun: `bun-${runtime}`,
    runtime: `@oven/bun-${runtime}`,
    addon: `@napi-rs/keyring-${addon}`,
  }
}

/** All platforms that have a runtime and an addon. */
export const targets: readonly Target[] = [
  target('linux', 'x64', 'linux-x64', 'linux-x64-gnu', 'glibc'),
  target('linux', 'arm64', 'linux-aarch64', 'linux-arm64-gnu', 'glibc'),
  target('linux', 'x64', 'linux-x64-musl', 'linux-x64-musl', 'musl'),
  target('linux', 'arm64', 'linux-aarch64-musl', 'linux-arm64-musl', 'musl'),
  target('darwin', 'arm64', 'darwin-aarch64', 'darwin-arm64'),
  target('darwin', 'x64', 'darwin-x64', 'darwin-x64'),
  target('win32', 'x64', 'windows-x64', 'win32-x64-msvc'),
  target('win32', 'arm64', 'windows-aarch64', 'win32-arm64-msvc'),
]

/** The target of this name; `undefined` means the platform of this machine. */
export function targetNamed(name: string | undefined): Target {
  const wanted = name ?? `${process.platform}-${process.arch}${isMusl() ? '-musl' : ''}`
  const found = targets.find((it) => it.name === wanted)
  if (found !== undefined) return found
  throw new Error(`there is no target ${wanted}; the targets are ${targets.map((it) => it.name).join(', ')}`)
}

/** Only glibc reports its version: https://nodejs.org/api/process.html#processreportgetreporterr */
function isMusl(): boolean {
  if (process.platform !== 'linux') return false
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime === undefined
}
