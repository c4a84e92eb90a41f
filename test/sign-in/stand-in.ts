import { createServer, type IncomingMessage } from 'node:http'
import { onTestFinished } from 'vitest'
import { listening } from '../real/listening.ts'

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON. */
  readonly body?: object | string
}

export interface StandIn {
  readonly base: string
  /** Each request so far: `GET /path`, and what was sent. */
  readonly asked: readonly { readonly line: string; readonly request: IncomingMessage; readonly body: string }[]
}

/** Pages by their paths; any other path is 404. */
export type Pages = Readonly<Record<string, Reply | ((base: string, body: string) => Reply)>>

/** A server on loopback that stands in for a provider, to misbehave, or where the real one cannot be run. */
export async function standIn(pages: Pages): Promise<StandIn> {
  const asked: { line: string; request: IncomingMessage; body: string }[] = []
  let base = ''
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    request.on('end', () => {
      const path = new URL(request.url ?? '/', base).pathname
      asked.push({ line: `${request.method} ${request.url}`, request, body })
      const page = pages[path] ?? { status: 404, body: 'not found' }
      const { status = 200, headers = {}, body: answer = '' } = typeof page === 'function' ? page(base, body) : page
      const isJson = typeof answer === 'object'
      response.writeHead(status, { 'content-type': isJson ? 'application/json' : 'text/html', ...headers })
      response.end(isJson ? JSON.stringify(answer) : answer)
    })
  })
  base = `http://127.0.0.1:${await listening(server, onTestFinished)}`
  return { base, asked }
}
