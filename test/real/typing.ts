import { spawn } from 'node:child_process'

/** What a terminal shows, and what a person types then. */
export type Answer = readonly [question: string, answer: string]

/**
 * Runs a command on a terminal of its own and answers each question once it is shown, in order; gives what the terminal
 * showed. Anything but exit 0, or a question that does not come within a minute, is an error. Needs Debian's bsdutils.
 */
export async function typing(
  words: readonly string[],
  answers: readonly Answer[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
): Promise<string> {
  const command = words.map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qec', command, '/dev/null'], { ...options, stdio: ['pipe', 'pipe', 'inherit'] })
  const limit = setTimeout(() => child.kill('SIGKILL'), 60_000)
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const left = [...answers]
  let [shown, since] = ['', '']
  for await (const chunk of child.stdout) {
    shown += String(chunk)
    since += String(chunk)
    const [question, answer] = left[0] ?? ['\0', '']
    if (!since.includes(question)) continue
    child.stdin.write(`${answer}\r`)
    left.shift()
    since = ''
  }
  clearTimeout(limit)
  if ((await ended) === 0 && left.length === 0) return shown
  throw new Error(`${command} did not go as it should: ${shown}`)
}
