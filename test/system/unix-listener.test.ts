import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listenAt, takesConnections } from '../../src/system/unix-listener.ts'
import { expectFailure } from '../stores/contract-world.ts'

// Elsewhere a full queue refuses, as if nobody listened.
describe.skipIf(process.platform !== 'linux')('a socket whose owner is too busy to answer', () => {
  test('is not taken for dead, and not replaced', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cb-listen-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const path = join(folder, 's')
    const script = `
      require('node:net').createServer().listen({ path: ${JSON.stringify(path)}, backlog: 1 }, () => {
        require('node:fs').writeSync(1, 'listens')
        process.kill(process.pid, 'SIGSTOP')
      })`
    const busy = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void busy.kill('SIGKILL'))
    await new Promise((resolve) => busy.stdout.once('data', resolve))
    while ((await connects(path)) !== 'EAGAIN');
    expect(await takesConnections(path)).toBe(true)
    const userId = process.getuid?.() ?? -1
    await expectFailure(
      listenAt(
        path,
        userId,
        () => {},
        (act) => act(),
      ),
      'refused',
    )
    expect(existsSync(path)).toBe(true)
    busy.kill('SIGKILL')
    await new Promise((resolve) => busy.once('exit', resolve))
    expect(await takesConnections(path)).toBe(false)
    expect(await takesConnections(join(folder, 'nothing'))).toBe(false)
  })
})

/** Opens a connection and leaves it waiting. */
function connects(path: string): Promise<string | undefined> {
  const socket = createConnection({ path })
  onTestFinished(() => void socket.destroy())
  return new Promise((resolve) => {
    socket.on('connect', () => resolve(undefined))
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code))
  })
}
