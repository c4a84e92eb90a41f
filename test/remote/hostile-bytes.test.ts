import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../src/core/endpoint.ts'
import { isFailure } from '../../src/core/failure.ts'
import { Secret } from '../../src/core/secret.ts'
import { foundIn, printFound, resultIn } from '../../src/remote/answers.ts'
import { lineOf, lineTaker } from '../../src/remote/lines.ts'
import { parseRequest, printRequest, versionIn } from '../../src/remote/requests.ts'
import { longestLine } from '../../src/system/lines.ts'

/** What the bytes of a stranger may do: be refused as malformed, and nothing else. */
function refusedOrRead(act: () => unknown): void {
  try {
    act()
  } catch (error) {
    expect(isFailure(error) && error.code).toBe('malformed')
  }
}

const names = ['find', 'save', 'remove', 'list', 'basic', 'token', 'https://a.example.com/../b', '__proto__', '\u0000']
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...names),
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('service', 'kinds', 'endpoints', 'secret', ...names), tie('any')),
  ),
})).any

const message = fc.record(
  {
    id: fc.oneof(fc.nat(), value),
    do: fc.constantFrom('find', 'save', 'remove', 'list', 'other', 3),
    tool: fc.oneof(fc.constant('git'), value),
    kinds: fc.oneof(fc.constant(['basic']), value),
    endpoints: fc.oneof(fc.constant(['https://a.example.com']), value),
    endpoint: fc.oneof(fc.constant('https://a.example.com'), value),
    account: value,
    kind: fc.oneof(fc.constant('basic'), value),
    secret: value,
    parts: value,
    borrows: value,
    expires: value,
    tokenUser: value,
  },
  { requiredKeys: [] },
)

describe('what a stranger sends', () => {
  test('is a request of the protocol, or malformed', () => {
    fc.assert(
      fc.property(message, (members) => {
        refusedOrRead(() => {
          const { request } = parseRequest(JSON.stringify(members))
          // What was read is written and read again as the same.
          if (request === undefined) return
          const again = parseRequest(JSON.stringify(printRequest(1, request)))
          expect(JSON.stringify(printRequest(1, again.request ?? request))).toBe(
            JSON.stringify(printRequest(1, request)),
          )
        })
      }),
      { numRuns: 2000 },
    )
  })

  test('of any text and any bytes nothing else comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const read of [parseRequest, versionIn, (line: string) => resultIn(line, 1)])
          refusedOrRead(() => read(text))
      }),
    )
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const take = lineTaker()
        refusedOrRead(() => chunks.flatMap((chunk) => take(chunk)))
      }),
    )
  })

  test('no kind that renews itself or runs a command comes through, as a request or as an answer', () => {
    const line = (kind: string) =>
      JSON.stringify({
        id: 1,
        do: 'save',
        tool: 'git',
        endpoint: 'https://a.example.com',
        account: '',
        kind,
        secret: '',
      })
    expect(() => parseRequest(line('token'))).toThrow()
    expect(() => parseRequest(line('minted'))).toThrow()
    const found = JSON.stringify({
      id: 1,
      do: 'find',
      tool: 'git',
      kinds: ['token', 'minted', 'x'],
      endpoints: ['https://a.example.com'],
    })
    expect(parseRequest(found).request).toMatchObject({ lookup: { kinds: [] } })
  })

  test('a line in any pieces is the same line', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { maxLength: 5 }), (cuts) => {
        const bytes = Buffer.concat([lineOf({ credbridge: 1 }), lineOf({ id: 1, text: 'é\u2028' })])
        const take = lineTaker()
        const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length].map((cut) => Math.min(cut, bytes.length))
        const lines = at.slice(1).flatMap((end, index) => take(bytes.subarray(at[index], end)))
        expect(lines).toEqual(['{"credbridge":1}', '{"id":1,"text":"é\u2028"}'])
      }),
    )
  })

  test('an endless line is refused while it comes, and no longer one is written', () => {
    const take = lineTaker()
    const chunk = new Uint8Array(16_384).fill(0x61)
    const sent = () => Array.from({ length: 10_000_000 / chunk.length }, () => take(chunk))
    expect(sent).toThrow(`over ${longestLine} bytes`)
    expect(() => lineOf({ text: 'x'.repeat(longestLine) })).toThrow(`${longestLine} bytes`)
  })

  test('an answer has what is promised, and not what it was made of', () => {
    const credential = {
      endpoint: parseAddress('https://a.example.com'),
      account: 'ann',
      owner: 'docker',
      kind: 'basic',
      secret: new Secret('s'),
      refreshToken: new Secret('refresh'),
      parts: { command: new Secret('command') },
      more: new Secret('{"x":1}'),
      savedAt: 1,
    } as const
    const printed = printFound({ credential, user: 'ann', expired: false, minted: true })
    expect(Object.keys(JSON.parse(JSON.stringify(printed)))).toEqual([
      'endpoint',
      'account',
      'user',
      'kind',
      'secret',
      'minted',
    ])
    expect(foundIn(JSON.parse(JSON.stringify(printed)), 'git')).toMatchObject({ user: 'ann', minted: true })
    expect(printFound({ credential, user: 'ann', expired: true })).toBeNull()
  })
})
