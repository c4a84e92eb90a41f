/*
 * Reads the output of a GOAUTH command as go does (parseUserAuth and loadCredential in cmd/go/internal/auth). Stricter in
 * one point: every URL must begin with https://, as `go help goauth` demands.
 */

export interface Goauth {
  /** The header lines for each prefix without its scheme. */
  readonly credentials: ReadonlyMap<string, readonly string[]>
  /** The header lines that go adds to a request for this URL. */
  headersFor(url: string): readonly string[]
}

export function readGoauth(data: string): Goauth {
  const credentials = new Map<string, readonly string[]>()
  const lines = data.split('\n')
  if (lines.pop() !== '') throw new Error('the last line has no end')
  const paragraph = () => {
    const end = lines.indexOf('')
    if (end < 0) throw new Error('missing empty line')
    return lines.splice(0, end + 1).slice(0, -1)
  }
  while (lines.length > 0) {
    const [urls, headers] = [paragraph(), paragraph()]
    if (urls.length === 0) throw new Error('a block without a URL')
    if (!headers.every((line) => /^[A-Za-z-]+: [\x20-\x7e]+$/.test(line))) throw new Error('invalid header line')
    for (const url of urls) {
      if (!url.startsWith('https://') || !URL.canParse(url)) throw new Error('invalid URL')
      credentials.set(withoutScheme(url), headers)
    }
  }
  return {
    credentials,
    headersFor(url) {
      for (let prefix = withoutScheme(url); ; prefix = prefix.slice(0, prefix.lastIndexOf('/'))) {
        const headers = credentials.get(prefix)
        if (headers !== undefined) return headers
        if (!prefix.includes('/')) return []
      }
    },
  }
}

function withoutScheme(url: string): string {
  return url.slice('https://'.length).replace(/\/$/, '')
}
