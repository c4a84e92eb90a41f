import { jsonEntry } from './arguments.ts'
import type { Report } from './explain-text.ts'
import { endpointsOf } from './explain-tool.ts'

/** What `credbridge explain --json` prints. Never a secret. */
export function explainedAsJson({ asked, kept, explained, decided }: Report): Record<string, unknown> {
  return {
    endpoint: asked.endpoint.key,
    service: asked.endpoint.form === 'service',
    ...(asked.account === undefined ? {} : { account: asked.account }),
    tools: explained.map(({ tool, given, because, store, failure, passedOver, findings, remark }) => ({
      tool,
      found: given !== undefined,
      ...(given === undefined ? {} : { gets: jsonEntry(given.credential), user: given.user, because, store }),
      ...(failure === undefined
        ? {}
        : { failure: { code: failure.code, message: failure.message, hints: failure.hints } }),
      asksFor: endpointsOf(findings).map(({ key }) => key),
      passedOver: passedOver.map(({ entry, why }) => ({ ...jsonEntry(entry), store: entry.store, ...why })),
      ...(remark === undefined ? {} : { remark }),
    })),
    decided,
    unreadable: kept.problems.map(({ code, message, hints }) => ({ code, message, hints })),
  }
}
