import { Failure } from '../core/failure.ts'
import { hint } from '../core/hint.ts'
import type { Secret } from '../core/secret.ts'
import { feed } from '../system/feed.ts'
import type { Machine } from '../system/machine.ts'

/** The programs that write and read the clipboard of a system, and what must be set for them to reach it. */
interface Way {
  readonly write: readonly [program: string, ...words: string[]]
  readonly read: readonly [program: string, ...words: string[]]
  /** Writes nothing, and so takes back what is there; absent: `write`, with an empty text. */
  readonly clear?: readonly [program: string, ...words: string[]]
  readonly needs?: string
  readonly platform?: string
  /** Windows' own program takes text that is not ASCII only in this form. */
  readonly encoding?: 'utf16le'
}

const powershell: Way['read'] = [
  'powershell.exe',
  '-NoProfile',
  '-Command',
  '[Console]::OutputEncoding = [Text.Encoding]::UTF8; Get-Clipboard -Raw',
]

const ways: readonly Way[] = [
  { platform: 'darwin', write: ['pbcopy'], read: ['pbpaste'] },
  {
    needs: 'WAYLAND_DISPLAY',
    write: ['wl-copy', '--type', 'text/plain'],
    read: ['wl-paste', '--no-newline'],
    clear: ['wl-copy', '--clear'],
  },
  {
    needs: 'DISPLAY',
    write: ['xclip', '-selection', 'clipboard', '-in'],
    read: ['xclip', '-selection', 'clipboard', '-out'],
  },
  {
    needs: 'DISPLAY',
    write: ['xsel', '--clipboard', '--input'],
    read: ['xsel', '--clipboard', '--output'],
    clear: ['xsel', '--clipboard', '--clear'],
  },
  { write: ['clip.exe'], read: powershell, encoding: 'utf16le' },
]

/** The clipboard of this machine. */
export interface Clipboard {
  copy(secret: Secret): Promise<void>
  /** What it holds; `undefined` if it cannot be read as text. */
  text(): Promise<string | undefined>
  clear(): Promise<void>
}

type Here = Pick<Machine, 'env' | 'platform' | 'program' | 'run'>

/** No program reaches a clipboard here: `unavailable`. */
export function clipboardOf(machine: Here): Clipboard {
  const { env, run } = machine
  const way = ways.find((one) => isHere(one, machine))
  if (way === undefined) {
    throw new Failure('unavailable', 'there is no clipboard here that a program reaches', {
      hints: [hint`install wl-clipboard (Wayland), xclip or xsel (X11)`, hint`or see it on the terminal: --show`],
    })
  }
  const path = (name: string) => machine.program(name) ?? name
  const give = ([program, ...words]: Way['write'], text: string) => feed(env, path(program), words, encoded(text, way))
  return {
    copy: (secret) => give(way.write, secret.expose()),
    async text() {
      const [program, ...words] = way.read
      const { stdout, exitCode } = await run(path(program), words)
      return exitCode === 0 ? stdout : undefined
    },
    clear: () => give(way.clear ?? way.write, ''),
  }
}

function isHere({ write, read, needs, platform }: Way, { env, platform: system, program }: Here): boolean {
  if (platform !== undefined && platform !== system) return false
  if (needs !== undefined && (env[needs] ?? '') === '') return false
  return program(write[0]) !== undefined && program(read[0]) !== undefined
}

function encoded(text: string, { encoding }: Way): Uint8Array {
  return encoding === undefined ? Buffer.from(text) : Buffer.from(`\ufeff${text}`, encoding)
}
