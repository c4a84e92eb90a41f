import { Failure, isFailure } from '../../../core/failure.ts'
import { type Hint, hint } from '../../../core/hint.ts'
import type { Run } from '../../../core/program.ts'

/*
 * Windows' Credential Manager, through a small program of ours (packaging/windows/credentials.c). A request is a verb
 * and its fields, a reply an error code of Windows and its fields. A field is its length and its bytes, in hexadecimal
 * digits.
 */

/** A credential without its secret. */
export interface Described {
  readonly target: string
  readonly user: string
  readonly comment: string
}

export interface Kept extends Described {
  /** The bytes as they are; texts are UTF-16. */
  readonly secret: Buffer
}

/** Each call ends within a limit. Reads and writes are of generic credentials only. */
export interface CredentialManager {
  /** Every credential of this user. */
  list(): Promise<readonly Described[]>
  /** The credential of each of these targets. */
  read(targets: readonly string[]): Promise<readonly (Kept | undefined)[]>
  /** Writes it and reads it back. One that exists keeps its attributes and its persistence. */
  write(item: Kept): Promise<void>
  /** Writes it under another target, too, with its attributes and its persistence, and reads it back there. */
  copy(item: Kept, target: string): Promise<void>
  /** Returns whether the credential existed. */
  erase(target: string): Promise<boolean>
}

/** The Credential Manager by this program. No such program: `unavailable`. */
export function credentialManager(program: string | undefined, run: Run): CredentialManager {
  async function ask(requests: readonly string[]): Promise<readonly Reply[]> {
    if (program === undefined) throw withoutProgram()
    const input = `${requests.join('')}q`
    for (let left = attempts; left > 0; left--) {
      const { stdout, exitCode } = await run(program, [], { input }).catch((error: unknown) => {
        if (left === 1 || !isFailure(error) || error.code !== 'timeout') throw error
        return { stdout: '', exitCode: 1 }
      })
      const replies = stdout.split('\n').slice(0, -1).map(replyIn)
      if (exitCode === 0 && replies.length === requests.length) return replies
    }
    throw new Failure('refused', `${program} did not answer`, { hints: [reinstall] })
  }

  /** Makes a change, after which this item is there. */
  async function change(request: string, { target, user, secret }: Kept): Promise<void> {
    const [changed, read] = await ask([request, `r${printText(target)}`])
    fine(changed)
    const kept = keptIn(fine(read))
    if (kept?.user !== user || !kept.secret.equals(secret)) throw notKept()
  }

  return {
    async list() {
      const [reply] = await ask(['l'])
      const { fields } = fine(reply)
      const texts = fields.map(textIn)
      return Array.from({ length: texts.length / 3 }, (_, at) => describedBy(texts.slice(3 * at, 3 * at + 3)))
    },
    async read(targets) {
      if (targets.length === 0) return []
      return (await ask(targets.map((target) => `r${printText(target)}`))).map(keptIn)
    },
    async write(item) {
      const { target, user, comment, secret } = item
      await change(`w${[target, user, comment].map(printText).join('')}${printField(secret)}`, item)
    },
    async copy(item, target) {
      await change(`c${printText(item.target)}${printText(target)}`, { ...item, target })
    },
    async erase(target) {
      const [reply] = await ask([`d${printText(target)}`])
      return reply?.error === notFound ? false : fine(reply) !== undefined
    },
  }
}

/**
 * How often the program is started if it gives no answer. Every request can safely be made twice. Wine's
 * CredEnumerate crashes or hangs now and then while another process writes.
 */
const attempts = 3

interface Reply {
  readonly error: number
  readonly fields: readonly Buffer[]
}

function printField(bytes: Buffer): string {
  return bytes.length.toString(16).padStart(8, '0') + bytes.toString('hex')
}

function printText(text: string): string {
  return printField(Buffer.from(text, 'utf16le'))
}

function replyIn(line: string): Reply {
  const bytes = Buffer.from(line.trim(), 'hex')
  const fields: Buffer[] = []
  for (let at = 4; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at)
    fields.push(bytes.subarray(at + 4, end))
    at = end
  }
  return { error: bytes.readUInt32BE(0), fields }
}

function textIn(field: Buffer): string {
  return field.toString('utf16le')
}

function describedBy([target = '', user = '', comment = '']: readonly string[]): Described {
  // CredEnumerate names some credentials so: https://learn.microsoft.com/windows/win32/api/wincred/nf-wincred-credenumeratew
  return { target: target.replace(/^LegacyGeneric:target=/, ''), user, comment }
}

function keptIn(reply: Reply): Kept | undefined {
  if (reply.error === notFound) return undefined
  const [target, user, comment, secret] = fine(reply).fields
  const texts = [target, user, comment].map((field) => textIn(field ?? Buffer.alloc(0)))
  return { ...describedBy(texts), secret: secret ?? Buffer.alloc(0) }
}

/** https://learn.microsoft.com/windows/win32/debug/system-error-codes */
const [accessDenied, invalid, notFound, noSession, badStub, badUser] = [5, 87, 1168, 1312, 1783, 2202]

const reinstall = hint`install credbridge again`
const useVault = hint`keep secrets in an encrypted folder instead: credbridge use vault`

function fine(reply: Reply | undefined): Reply {
  if (reply?.error === 0) return reply
  throw failureOf(reply?.error)
}

function failureOf(error: number | undefined): Failure {
  const broken = (code: 'refused' | 'unavailable' | 'unsupported', message: string, ...hints: readonly Hint[]) =>
    new Failure(code, message, { hints })
  switch (error) {
    case noSession:
      // As in a login over the network without a password: CredWrite, ERROR_NO_SUCH_LOGON_SESSION.
      return broken('unavailable', 'there is no Credential Manager for this login', useVault)
    case invalid:
    case badStub:
    case badUser:
      return broken('unsupported', 'the Credential Manager does not accept this name')
    case accessDenied:
      return broken('refused', 'the Credential Manager refused the request')
    default:
      return broken('refused', `the Credential Manager reports error ${error}`, hint`credbridge doctor`)
  }
}

function notKept(): Failure {
  return new Failure('refused', 'the Credential Manager did not keep the item', { hints: [hint`credbridge doctor`] })
}

function withoutProgram(): Failure {
  return new Failure('unavailable', 'the part of credbridge for the Credential Manager is not there', {
    hints: [reinstall, useVault],
  })
}
