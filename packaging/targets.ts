/** A platform that a standalone executable can be built for, and whose names for it are whose. */
export interface Target {
  /** As Node names it: `process.platform` and `process.arch`; our package's name behind the scope. */
  readonly name: string
  readonly os: string
  readonly cpu: string
  readonly libc?: 'glibc' | 'musl'
  /** The compiler's word. */
  readonly bun: string
  /** The package that holds the runtime. */
  readonly runtime: string
  /** The package that holds the addon. */
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

/** Every platform that there is a runtime and an addon for. */
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

/** The target of this name; `undefined` stands for the platform that this runs on. */
export function targetNamed(name: string | undefined): Target {
  const wanted = name ?? `${process.platform}-${process.arch}${isMusl() ? '-musl' : ''}`
  const found = targets.find((it) => it.name === wanted)
  if (found !== undefined) return found
  throw new Error(`there is no target ${wanted}; there are ${targets.map((it) => it.name).join(', ')}`)
}

/** Only glibc says its version: https://nodejs.org/api/process.html#processreportgetreporterr */
function isMusl(): boolean {
  if (process.platform !== 'linux') return false
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime === undefined
}
