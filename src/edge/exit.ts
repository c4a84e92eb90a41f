import { standalone } from './installation/version.ts'

/**
 * Ends the process. Where a native call still runs and cannot be called off, `process.exit` would wait for it for
 * ever, on every Node; only a signal to ourselves ends that (docs/architecture.md, "Time limits").
 * In the standalone executable `process.exit` works, and is needed: a terminal that was read keeps it alive.
 */
export function exit(exitCode: number, stuck: boolean): void {
  if (stuck) process.kill(process.pid, 'SIGKILL')
  if (standalone) process.exit(exitCode)
  process.exitCode = exitCode
}
