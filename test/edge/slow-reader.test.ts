import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, createReadStream, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { built, installCommands } from '../real/commands.ts'
import { needs } from '../real/require.ts'
import { run } from '../real/run.ts'

/** In bytes: pipe(7). */
const pipeHolds = 65_536

/** More than a pipe holds. */
const secret = 'x'.repeat(600_000)

/** How many bytes a process has written: proc_pid_io(5). */
function written(pid: number | undefined): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
}

needs('Linux and the build (npm run build)', built && process.platform === 'linux')(
  'a pipe that does not block',
  () => {
    test('gets the whole answer, though it takes only a part at a time', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'cb-reader-'))
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
      const commands = installCommands(join(folder, 'bin'))
      const env = { PATH: `${commands}:/usr/bin:/bin`, HOME: folder, CREDBRIDGE_STORE: 'vault' }
      const keyring = join(commands, 'credbridge-keyring')
      expect(await run(keyring, ['set', 'service', 'alice'], { env, input: secret })).toMatchObject({ exitCode: 0 })

      const pipe = join(folder, 'pipe')
      spawnSync('mkfifo', [pipe])
      const fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK)
      // Node makes the first three descriptors of a child block again; a shell leaves them as they are.
      const child = spawn('/bin/sh', ['-c', 'exec "$0" get service alice >&3', keyring], {
        env,
        stdio: ['ignore', 'ignore', 'inherit', fd],
      })
      const closed = once(child, 'close')
      await expect.poll(() => written(child.pid)).toBeGreaterThanOrEqual(pipeHolds)
      const reader = createReadStream(pipe, { encoding: 'utf8' })
      let heard = ''
      reader.on('data', (chunk) => {
        heard += chunk
      })
      const ended = once(reader, 'end')
      expect(await closed).toEqual([0, null])
      closeSync(fd)
      await ended
      expect(heard).toHaveLength(secret.length + 1)
      expect(heard === `${secret}\n`).toBe(true)
    })
  },
)
