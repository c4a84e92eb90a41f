import type { Failure } from '../core/failure.ts'
import { whereItBroke } from '../core/failure-text.ts'
import type { Tracing } from '../engine/tracing.ts'
import { complain } from './stdio.ts'

/** What a process tells its trace. */
export interface Trace {
  /** What the engine passes through it; absent: nothing is traced. */
  readonly tracing?: Tracing
  /** A person's command, without its words. */
  command(name: string): void
  failed(failure: Failure): void
  ends(exitCode: number): void
}

/** The trace that CREDBRIDGE_TRACE asks for. Its code is loaded only then. */
export async function traceOf(command: string): Promise<Trace> {
  const to = process.env['CREDBRIDGE_TRACE'] ?? ''
  if (to === '' || to === '0') return untraced
  const { openTrace } = await import('./trace-file.ts')
  const trace = openTrace(to, command, process.getuid?.() ?? -1)
  return {
    ...trace,
    failed(failure) {
      traceFailure(failure)
      trace.failed(failure)
    },
  }
}

const untraced: Trace = { command() {}, failed: traceFailure, ends() {} }

/** With CREDBRIDGE_DEBUG=1, prints where the failure happened, without values. */
function traceFailure(failure: Failure): void {
  if (process.env['CREDBRIDGE_DEBUG'] === '1') complain(whereItBroke(failure))
}
