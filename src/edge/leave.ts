/**
 * Ends the process. Where a native call still runs and cannot be called off, `process.exit` would wait for it for
 * ever, on every Node; only a signal to ourselves ends that (docs/architecture.md, "Time limits").
 */
export function leave(exitCode: number, stuck: boolean): void {
  if (stuck) process.kill(process.pid, 'SIGKILL')
  process.exitCode = exitCode
}
