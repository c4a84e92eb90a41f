import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { built, installCommands } from '../real/commands.ts'
import { needs } from '../real/require.ts'

/** A full pipe that does not block, and that nobody reads. */
function unreadPipe(folder: string): number {
  const path = join(folder, 'pipe')
  spawnSync('mkfifo', [path])
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  onTestFinished(() => closeSync(fd))
  const full = () => {
    try {
      writeSync(fd, Buffer.alloc(1))
      return false
    } catch {
      return true
    }
  }
  while (!full());
  return fd
}

needs('the build (npm run build)', built)('a reader that never reads', () => {
  test.each([
    ['standard output', '>&3', 'credbridge: nobody reads standard output\n'],
    ['both streams', '>&3 2>&3', ''],
  ])('%s: the process ends by itself, and the call is broken', async (_, redirection, said) => {
    const folder = mkdtempSync(join(tmpdir(), 'cb-unread-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const command = join(installCommands(join(folder, 'bin')), 'git-credential-credbridge')
    const fd = unreadPipe(folder)
    // Node makes the first three descriptors of a child block again; a shell leaves them as they are.
    const child = spawn('/bin/sh', ['-c', `exec "$0" capability ${redirection}`, command], {
      env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, HOME: folder },
      stdio: ['ignore', 'ignore', 'pipe', fd],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let heard = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      heard += chunk
    })
    expect(await once(child, 'close')).toEqual([1, null])
    expect(heard).toBe(said)
  })
})
