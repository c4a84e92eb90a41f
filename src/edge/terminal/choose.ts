import { Failure } from '../../core/failure.ts'
import { printable } from '../../core/failure-text.ts'
import { release, terminalStreams } from './ask.ts'

const controlC = '\u0003'

/**
 * Shows the lines, and waits for one key that `read` takes; `undefined` after `limit` milliseconds. Keys that were typed
 * before are thrown away. Ctrl-C counts as the signal. No terminal: `refused`.
 */
export async function chooseOnTerminal<Choice>(
  lines: readonly string[],
  prompt: string,
  read: (key: string) => Choice | undefined,
  limit: number,
): Promise<Choice | undefined> {
  const [input, output] = terminalStreams()
  let timer: NodeJS.Timeout | undefined
  try {
    output.write(`${lines.map(printable).join('\n')}\n`)
    input.setRawMode(true)
    output.write(prompt)
    return await new Promise<Choice | undefined>((resolve, reject) => {
      timer = setTimeout(() => resolve(undefined), limit)
      input.on('error', (cause) => reject(new Failure('refused', 'the terminal cannot be read', { cause })))
      input.on('end', () => resolve(undefined))
      input.on('data', (bytes: Uint8Array) => {
        for (const key of Buffer.from(bytes).toString('utf8')) {
          if (key === controlC) {
            process.kill(process.pid, 'SIGINT')
            return resolve(undefined)
          }
          const choice = read(key)
          if (choice === undefined) continue
          output.write(key)
          return resolve(choice)
        }
      })
    })
  } finally {
    clearTimeout(timer)
    output.write('\n')
    input.setRawMode(false)
    input.removeAllListeners()
    release(input)
    output.destroy()
  }
}
