import { standalone } from './installation/version.ts'

/**
 * Ends the process. If a native call is still running and cannot be cancelled, every Node's `process.exit` would wait
 * for it for ever; only a signal ends the process then (docs/architecture.md, "Time limits"). The standalone executable
 * needs `process.exit`, because a terminal that was read keeps it alive.
 */
export function exit(exitCode: number, stuck: boolean): void {
  if (stuck) process.kill(process.pid, 'SIGKILL')
  if (standalone) process.exit(exitCode)
  process.exitCode = exitCode
}
