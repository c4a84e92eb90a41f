import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { Script } from 'node:vm'

/*
 * To compile a client's command takes V8 5 ms at every start, half of what we add to Node's own (bench/NOTES.md). V8 can
 * keep what it compiled, https://nodejs.org/api/vm.html#scriptcreatecacheddata: the first call of a release, by a verb and
 * a version of Node, leaves that in the user's cache folder. It is code, so it is used only where nobody else can have
 * written it. V8 does not look whether it is damaged, and crashes: so it lies there twice, and both must be equal.
 */

/** The verbs that clients use: a call keeps the part of the code that it used, or the ones before it. */
const verbs = ['get', 'store', 'erase', 'list', 'set', 'del']

/** How old, in milliseconds, what was kept so often must be for what this call used to be kept with it. */
const renewedAfter = [0, 0, 0, 0, 60_000, 3_600_000, 86_400_000]

/** Runs a file that holds one function of `require`, in ASCII, with what V8 kept of it; `hash` is the file's. */
export function runCompiled(load: NodeJS.Require, file: string, name: string, hash: string): void {
  const source = readFileSync(file, 'latin1')
  const verb = verbs.find((one) => process.argv.includes(one)) ?? 'other'
  const folder = cacheFolder()
  const kept =
    folder === undefined ? undefined : join(folder, `${name}-${hash}-${verb}-${process.version}-${process.arch}`)
  const found = kept === undefined ? undefined : readOwn(kept)
  const script = new Script(source, { filename: file, ...(found === undefined ? {} : { cachedData: found.code }) })
  const usable = found !== undefined && script.cachedDataRejected !== true
  const times = usable ? found.times : 0
  const fresh = usable && Date.now() - found.since < (renewedAfter[times] ?? 0)
  if (kept !== undefined && !fresh) {
    process.once('exit', () =>
      keep(script.createCachedData(), Math.min(times + 1, renewedAfter.length - 1), kept, name, hash),
    )
  }
  script.runInThisContext()(load)
}

/** Absent where files have no owners, and where no home is known. */
function cacheFolder(): string | undefined {
  const { XDG_CACHE_HOME: cache = '', HOME: home = '' } = process.env
  if (process.getuid === undefined) return undefined
  if (isAbsolute(cache)) return join(cache, 'credbridge')
  return isAbsolute(home) ? join(home, '.cache', 'credbridge') : undefined
}

interface Kept {
  readonly code: Buffer
  /** How often it was kept, and when last. */
  readonly times: number
  readonly since: number
}

/** Whatever is wrong with it: the call compiles anew. */
function readOwn(file: string): Kept | undefined {
  try {
    if (!isOurs(statSync(dirname(file)))) return undefined
    const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const stats = fstatSync(fd)
      if (!stats.isFile() || !isOurs(stats)) return undefined
      const bytes = readFileSync(fd)
      const half = (bytes.length - 1) / 2
      const code = bytes.subarray(0, half)
      const times = bytes[2 * half] ?? 0
      return code.equals(bytes.subarray(half, 2 * half)) ? { code, times, since: stats.mtimeMs } : undefined
    } finally {
      closeSync(fd)
    }
  } catch {
    return undefined
  }
}

function isOurs({ uid, mode }: Stats): boolean {
  return uid === process.getuid?.() && (mode & 0o022) === 0
}

/** And drops what was kept of other releases. */
function keep(code: Buffer, times: number, file: string, name: string, hash: string): void {
  try {
    const folder = dirname(file)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (!isOurs(statSync(folder))) return
    const beside = `${file}.${process.pid}`
    writeFileSync(beside, Buffer.concat([code, code, Buffer.from([times])]), { mode: 0o600, flag: 'wx' })
    renameSync(beside, file)
    const old = readdirSync(folder).filter((one) => one.startsWith(`${name}-`) && !one.startsWith(`${name}-${hash}-`))
    for (const one of old) rmSync(join(folder, one), { force: true })
  } catch {
    // A home that is full or cannot be written: every call compiles anew.
  }
}
