/* What the names of the web do, on one host or another. */

const texts = ['', 'a b&c=d', 'ü€😀', '\ufeffx', '%zz', 'a+b', '=']

/** The result of each expression; the name of the error that it throws. */
export async function webNames(): Promise<Readonly<Record<string, unknown>>> {
  const results: Record<string, unknown> = {}
  for (const [name, act] of Object.entries(expressions)) {
    try {
      results[name] = (await act()) ?? null
    } catch (error) {
      results[name] = `throws ${(error as Error).name}`
    }
  }
  return results
}

const url = 'HTTPS://alice:pa%20ss@Git.Example.com:8443/a/../b c?x=1&y=%C3%BC#part'

const expressions: Readonly<Record<string, () => unknown>> = {
  'parts of a URL': () => {
    const { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash } = new URL(url)
    return [href, origin, protocol, username, password, host, hostname, port, pathname, search, hash]
  },
  'changed parts of a URL': () => {
    const changed = new URL(url)
    changed.pathname = '/.well-known/x y'
    changed.search = 'q=ü'
    changed.hash = ''
    return [`${changed}`, JSON.stringify(changed)]
  },
  'changed parameters of a URL': () => {
    const changed = new URL(url)
    changed.searchParams.set('x', 'a b')
    changed.searchParams.append('z', '😀')
    changed.searchParams.delete('y')
    return [changed.href, changed.search, [...changed.searchParams]]
  },
  'a relative URL': () => ['/x', '../y', '?z', '//h/p', 'http://other/'].map((text) => new URL(text, url).href),
  'a URL that is none': () => new URL('example.com'),
  'a relative URL without a base': () => new URL('/x'),
  canParse: () => [URL.canParse(url), URL.canParse('/x'), URL.canParse('/x', url)],
  'form to pairs': () => texts.map((text) => [...new URLSearchParams(text)]),
  'pairs to form': () => texts.map((text) => new URLSearchParams({ [text]: text }).toString()),
  'parameters by name': () => {
    const parameters = new URLSearchParams([
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
      ['c', '4'],
    ])
    const before = [
      parameters.get('a'),
      parameters.getAll('a'),
      parameters.get('d'),
      parameters.has('c'),
      parameters.size,
    ]
    parameters.set('a', '5')
    parameters.delete('c')
    parameters.append('b', '6')
    const seen: string[] = []
    parameters.forEach((value, name) => {
      seen.push(name, value)
    })
    return [before, `${parameters}`, seen, [...parameters.keys()], [...parameters.values()]]
  },
  'parameters of parameters': () => new URLSearchParams(new URLSearchParams('a=1&a=2')).toString(),
  headers: () => {
    const headers = new Headers({ 'X-B': ' 1 ', 'x-a': '2' })
    headers.append('x-b', '3')
    headers.set('X-C', 'ÿ')
    headers.delete('x-a')
    return [
      [...headers],
      headers.get('X-b'),
      headers.get('x-z'),
      headers.has('X-C'),
      [...new Headers(headers).entries()],
    ]
  },
  'a header name with a blank': () => new Headers({ 'a b': 'c' }),
  'a header value with a line break': () => new Headers({ a: 'b\nc' }),
  'a header value beyond bytes': () => new Headers({ a: '€' }),
  'a response': async () => {
    const response = new Response(new TextEncoder().encode('\ufeff{"a":"ü"}'), { status: 201, headers: { a: 'b' } })
    const copy = response.clone()
    const before = [response.status, response.ok, response.bodyUsed, response.headers.get('a')]
    return [before, await response.json(), response.bodyUsed, await copy.text()]
  },
  'a response that is read twice': async () => {
    const response = new Response('x')
    return [await response.text(), await response.text()]
  },
  'a response that is copied after it was read': async () => {
    const response = new Response('x')
    await response.text()
    return response.clone()
  },
  'a response without a body': async () => [await new Response(null, { status: 204 }).text(), new Response(null).ok],
  'a response that is no JSON': () => new Response('<html>').json(),
  'a status that is none': () => new Response(null, { status: 99 }),
  'text to bytes': () => [...texts, '\ud800'].map((text) => [...new TextEncoder().encode(text)]),
  'bytes to text': () =>
    [[0x61, 0xff, 0x62], [0xef, 0xbb, 0xbf, 0x61], []].map((bytes) => new TextDecoder().decode(new Uint8Array(bytes))),
  'a part of a buffer to text': () => new TextDecoder().decode(new TextEncoder().encode('abcdef').subarray(2, 4)),
  'bytes that are no text': () => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([0xff])),
  btoa: () => ['', 'a', 'ab', 'abc', 'ÿ'].map((text) => btoa(text)),
  'btoa beyond bytes': () => btoa('€'),
  atob: () => ['', 'YQ==', 'YQ', 'YWI=', ' Y W J j ', '/+8='].map((text) => atob(text)),
  'atob of a wrong character': () => atob('YQ-_'),
  'atob of a wrong length': () => atob('YQ=='.repeat(2)),
  'atob of too much padding': () => atob('YWJj='),
  structuredClone: () => {
    const value = { keys: [{ kid: '1', n: 2, none: null }] }
    const copy = structuredClone(value)
    return [copy, copy.keys === value.keys]
  },
  'an abort': () => {
    const controller = new AbortController()
    const heard: string[] = []
    const never = () => heard.push('never')
    controller.signal.addEventListener('abort', () => heard.push('first'))
    controller.signal.addEventListener('abort', never)
    controller.signal.removeEventListener('abort', never)
    const before = controller.signal.aborted
    controller.abort(new RangeError())
    controller.abort(new TypeError())
    return [before, controller.signal.aborted, (controller.signal.reason as Error).name, heard]
  },
  'an abort without a reason': () => {
    const controller = new AbortController()
    controller.abort()
    controller.signal.throwIfAborted()
  },
  'a signal that times out': async () => {
    const signal = AbortSignal.timeout(1)
    const alive = setTimeout(() => {}, 60_000)
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    clearTimeout(alive)
    signal.throwIfAborted()
  },
  digests: async () => {
    const bytes = new TextEncoder().encode('abc')
    const all = ['SHA-256', 'SHA-384', 'SHA-512'].map((name) => crypto.subtle.digest(name, bytes))
    return (await Promise.all(all)).map((digest) => [...new Uint8Array(digest)])
  },
  'random numbers': () => {
    const [one, other] = [crypto.randomUUID(), crypto.randomUUID()]
    const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    return [form.test(one), form.test(other), one === other, crypto.getRandomValues(new Uint8Array(4)).length]
  },
  'kinds of objects': () => {
    const all: readonly object[] = [
      new URL(url),
      new URLSearchParams(),
      new Headers(),
      new Response(),
      AbortSignal.timeout(1),
    ]
    return all.map((it) => Object.prototype.toString.call(it))
  },
}
