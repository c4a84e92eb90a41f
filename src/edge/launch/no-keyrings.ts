import { Failure } from '../../core/failure.ts'
import { namelessFile } from './nameless-file.ts'

/*
 * A filter for system calls that leaves a program without the kernel's keyrings: our session keyring may hold the
 * vault's key. A user namespace does not take it away, because a session keyring is inherited.
 * https://www.kernel.org/doc/html/latest/userspace-api/seccomp_filter.html
 */

/** How the kernel numbers calls for one kind of program (linux/audit.h, asm/unistd.h). */
interface Convention {
  readonly architecture: number
  /** add_key, request_key and keyctl. */
  readonly calls: readonly number[]
}

/** The kinds of programs that a kernel of each architecture runs. */
const conventions: Readonly<Record<string, readonly Convention[]>> = {
  x64: [
    { architecture: 0xc000003e, calls: [248, 249, 250] },
    { architecture: 0x40000003, calls: [286, 287, 288] },
  ],
  arm64: [
    { architecture: 0xc00000b7, calls: [217, 218, 219] },
    { architecture: 0x40000028, calls: [309, 310, 311] },
  ],
}

/** Set in the numbers of x32 programs, which are otherwise those of x86-64. */
const notX32 = 0xbfffffff

const [load, and, isEqual, answer] = [0x20, 0x54, 0x15, 0x06]
const [numberAt, architectureAt] = [0, 4]
const allowed = 0x7fff0000
/** As if the kernel had been built without keyrings: ENOSYS. */
const denied = 0x00050000 | 38

type Step = readonly [code: number, value: number, ifTrue?: number, ifFalse?: number]

/** The descriptor of the filter for this machine. */
export function keyringFilter(): number {
  return namelessFile(withoutKeyrings(process.arch))
}

/** The filter for a machine of this architecture, as `bwrap --seccomp` reads it. */
export function withoutKeyrings(architecture: string): Uint8Array {
  const known = conventions[architecture]
  if (known === undefined) {
    throw new Failure('unsupported', `on ${architecture} nothing keeps the kernel's keyrings out of a sandbox`)
  }
  const steps: Step[] = [[load, architectureAt]]
  for (const { architecture: one, calls } of known) {
    // Past this convention, if it is not this one's program.
    steps.push([isEqual, one, 0, calls.length + 4], [load, numberAt], [and, notX32])
    calls.forEach((call, at) => void steps.push([isEqual, call, calls.length - at, 0]))
    steps.push([answer, allowed], [answer, denied])
  }
  steps.push([answer, denied])
  return printed(steps)
}

/** `struct sock_filter` of linux/filter.h, in the byte order of both architectures. */
function printed(steps: readonly Step[]): Uint8Array {
  const bytes = new Uint8Array(steps.length * 8)
  const view = new DataView(bytes.buffer)
  for (const [at, [code, value, ifTrue = 0, ifFalse = 0]] of steps.entries()) {
    view.setUint16(at * 8, code, true)
    view.setUint8(at * 8 + 2, ifTrue)
    view.setUint8(at * 8 + 3, ifFalse)
    view.setUint32(at * 8 + 4, value >>> 0, true)
  }
  return bytes
}
