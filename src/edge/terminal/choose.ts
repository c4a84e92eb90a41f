import { Failure } from '../../core/failure.ts'
import { printable } from '../../core/failure-text.ts'
import { terminalStreams } from './ask.ts'

/**
 * Shows the lines, and waits until a line is typed that `read` takes; `undefined` after `limit` milliseconds. The terminal
 * edits and echoes the line itself. No terminal: `refused`. The end of its input: the empty line.
 */
export async function chooseOnTerminal<Choice>(
  lines: readonly string[],
  prompt: string,
  read: (line: string) => Choice | undefined,
  limit: number,
): Promise<Choice | undefined> {
  const [input, output] = terminalStreams()
  const show = (text: string) => output.write(text)
  for (const line of lines) show(`${printable(line)}\n`)
  show(prompt)
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<Choice | undefined>((resolve, reject) => {
      timer = setTimeout(() => {
        show('\nnobody answered\n')
        resolve(undefined)
      }, limit)
      let typed = ''
      input.on('error', (cause) => reject(new Failure('refused', 'the terminal cannot be read', { cause })))
      input.on('end', () => resolve(read('')))
      input.on('data', (bytes: Uint8Array) => {
        typed += Buffer.from(bytes).toString('utf8')
        for (let end = typed.indexOf('\n'); end >= 0; end = typed.indexOf('\n')) {
          const choice = read(typed.slice(0, end).trim())
          typed = typed.slice(end + 1)
          if (choice !== undefined) return resolve(choice)
          show(prompt)
        }
      })
    })
  } finally {
    clearTimeout(timer)
    input.destroy()
    output.destroy()
  }
}
