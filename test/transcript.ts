import { isStandalone } from './real/commands.ts'

/*
 * A transcript is a story that a person can read and a test can follow. Lines of its file:
 *
 *   # anything            what it is about
 *   $ command words       runs it; words are split at spaces, '…' keeps them together
 *   < text                a line of its standard input, ended by LF
 *   <" text"              standard input as a JSON string, exactly those bytes, for what has no line end or odd ones
 *   > text                a line that it must write to standard output, in order, nothing else
 *   ! text                the same for standard error
 *   !n text               the same where Node runs us: an executable needs no link of its own
 *   ? 1                   its exit code; 0 unless said
 *   + file                the lines up to the next $ are that file, made before it; an empty line may end them
 *
 * In the text `$HOME` stands for the home folder of the story, `…` in an expected line for any text.
 */

export interface Step {
  readonly line: number
  readonly words: readonly string[]
  readonly input: string
  readonly stdout: readonly string[]
  readonly stderr: readonly string[]
  readonly exitCode: number
  readonly files: Readonly<Record<string, string>>
}

type Draft = { -readonly [Key in keyof Step]: Step[Key] } & {
  stdout: string[]
  stderr: string[]
  files: Record<string, string>
}

export function parseTranscript(text: string): readonly Step[] {
  const steps: Draft[] = []
  let files: Record<string, string> = {}
  let file: string | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const [mark, rest] = [line.slice(0, 2), line.slice(2)]
    const step = steps.at(-1)
    if (mark === '$ ') {
      if (file !== undefined) files[file] = files[file]?.replace(/\n\n$/, '\n') ?? ''
      steps.push({ line: index + 1, words: wordsOf(rest), input: '', stdout: [], stderr: [], exitCode: 0, files })
      files = {}
      file = undefined
    } else if (mark === '+ ') {
      file = rest
      files[file] = ''
    } else if (file !== undefined) files[file] += `${line}\n`
    else if (line === '' || line.startsWith('#')) continue
    else if (step === undefined) throw new Error(`line ${index + 1}: no command yet`)
    else if (mark === '<"') step.input += JSON.parse(line.slice(1)) as string
    else if (mark === '< ' || line === '<') step.input += `${rest}\n`
    else if (mark === '> ' || line === '>') step.stdout.push(rest)
    else if (mark === '! ' || line === '!') step.stderr.push(rest)
    else if (mark === '!n') step.stderr.push(...(isStandalone ? [] : [rest.slice(1)]))
    else if (mark === '? ') step.exitCode = Number(rest)
    else throw new Error(`line ${index + 1}: not a line of a transcript`)
  }
  return steps
}

/** Whether what was written is what the lines say; `…` stands for any text within a line. */
export function fits(written: string, lines: readonly string[]): boolean {
  const pattern = lines.map((line) => `${line.split('…').map(literally).join('[^\\n]*')}\\n`).join('')
  return new RegExp(`^${pattern}$`).test(written)
}

function wordsOf(text: string): readonly string[] {
  const quoted = /'([^']*)'|(\S+)/g
  return [...text.matchAll(quoted)].map(([, inQuotes, plain]) => inQuotes ?? plain ?? '')
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
