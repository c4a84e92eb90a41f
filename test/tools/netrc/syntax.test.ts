import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { layoutOf, withEntry, withoutEntry } from '../../../src/tools/netrc/edits.ts'
import { type Entry, entriesIn, printWord } from '../../../src/tools/netrc/syntax.ts'

const read = (text: string) =>
  entriesIn(text).map(({ machine, login, password, fault }) => [machine?.text, login?.text, password?.text, fault])
const a = ['a.example.com', 'alice', 's3cret', undefined]
const differently = 'its readers do not agree on what it says'

describe('what entries say', () => {
  test.each<[string, readonly unknown[][]]>([
    ['', []],
    ['# machine a.example.com login alice password s3cret\n', []],
    ['machine a.example.com login alice password s3cret', [a]],
    ['machine a.example.com\r\n\tlogin alice\r\n\tpassword s3cret\r\n', [a]],
    ['machine\na.example.com\n\n\npassword s3cret\nlogin\nalice', [a]],
    [
      'machine a.example.com # mine\n# machine x\nlogin alice\npassword s3cret# \n',
      [[...a.slice(0, 2), 's3cret#', undefined]],
    ],
    ['machine a.example.com login "alice" password "s3cret"', [a]],
    ['machine "a.example.com" login "a b" password "\\"\\\\#"', [['a.example.com', 'a b', '"\\#', undefined]]],
    [
      'machine a.example.com login alice password s3cret machine b.example.com login bob password p default login d password q',
      [a, ['b.example.com', 'bob', 'p', undefined], [undefined, 'd', 'q', undefined]],
    ],
    ['machine machine login login password default', [['machine', 'login', 'default', undefined]]],
    [
      'machine a.example.com login alice password macdef\nmachine b login c password d',
      [
        ['a.example.com', 'alice', 'macdef', undefined],
        ['b', 'c', 'd', undefined],
      ],
    ],
    ['macdef init\nmachine x login y password z\n\nmachine a.example.com login alice password s3cret', [a]],
    [
      'machine a.example.com login alice password s3cret\nmacdef init\ncd /x\nmachine q login w password e\n\nmachine a.example.com login alice password s3cret',
      [[...a.slice(0, 3), 'it has a macro'], a],
    ],
    ['machine a.example.com login alice password s3cret macdef x\nput', [[...a.slice(0, 3), 'it has a macro']]],
    [
      'machine a.example.com login alice account x password s3cret',
      [[...a.slice(0, 3), 'it has an account, which only ftp sends']],
    ],
    ['machine a.example.com login alice', [['a.example.com', 'alice', undefined, 'it has no login or no password']]],
    [
      'machine a.example.com password s3cret',
      [['a.example.com', undefined, 's3cret', 'it has no login or no password']],
    ],
    [
      'machine a.example.com login alice password ""',
      [['a.example.com', 'alice', '', 'it has no login or no password']],
    ],
    [
      'default login d password q\nmachine a.example.com login alice password s3cret',
      [
        [undefined, 'd', 'q', undefined],
        [...a.slice(0, 3), 'it is after the default entry'],
      ],
    ],
    ['default', [[undefined, undefined, undefined, 'it has no login or no password']]],
  ])('%j', (text, entries) => {
    expect(read(text)).toEqual(entries)
  })
})

describe('what is read in different ways', () => {
  test.each([
    'password s3\\cret',
    'password "s3\\ncret"',
    'password "s3cret"x',
    'password "s3cret',
    'password #s3cret\nlogin',
    'password # mine\ns3cret',
    'password s3cret password s3cret',
    'password s3cret passwd x',
    'password s3\u00a0cret',
    'password s3\u0007cret',
    '"password" s3cret',
    'password s3cret x',
    'password',
  ])('%j', (text) => {
    expect(read(`machine a.example.com login alice ${text}`).map(([, , , fault]) => fault)).toEqual([differently])
  })
})

test('words are printed so that they are read as they were', () => {
  expect([...'a #'].map((word) => printWord(word))).toEqual(['a', '" "', '"#"'])
  expect(['', 'a#b', 'a"', '\\', 'ä', '\u00a0'].map((word) => printWord(word))).toEqual([
    '""',
    'a#b',
    '"a\\""',
    '"\\\\"',
    'ä',
    '"\u00a0"',
  ])
  expect(['a\nb', '\t', '\0', '\u007f', '\u0085', '\ud800'].map((word) => printWord(word))).toEqual(
    Array(6).fill(undefined),
  )
})

const word = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[a"\\# ]{1,5}$/))

test('whatever can be printed is read again', () => {
  fc.assert(
    fc.property(word, word, fc.boolean(), (login, password, isQuoted) => {
      const printed = [printWord(login, isQuoted), printWord(password, isQuoted)]
      if (printed.includes(undefined) || login === '' || password === '') return
      const text = `machine a.example.com login ${printed[0]} password ${printed[1]}\nmachine b login c password d\n`
      expect(read(text)).toEqual([
        ['a.example.com', login, password, undefined],
        ['b', 'c', 'd', undefined],
      ])
    }),
  )
})

/** Texts with an entry of a.example.com, and what is left without it. */
const removals: readonly (readonly [text: string, without: string])[] = [
  ['machine a.example.com login alice password s3cret', ''],
  ['machine a.example.com login alice password s3cret\n', ''],
  ['# mine\r\n  machine a.example.com\r\n\tlogin alice\r\n\tpassword s3cret  \r\n\r\n# end', '# mine\r\n\r\n# end'],
  ['machine b login c password d\nmachine a.example.com login alice password s3cret', 'machine b login c password d\n'],
  ['machine a.example.com login alice password "s3cret" # mine\n', '# mine\n'],
  [
    'machine a.example.com # one\n  # two\n  login alice # three\n  password s3cret\nmachine b login c password d\n',
    '# one\n  # two\n  # three\nmachine b login c password d\n',
  ],
  [
    'machine b login c password d machine a.example.com login alice password s3cret default login e password f\n',
    'machine b login c password d default login e password f\n',
  ],
  [
    'machine b login c password d machine a.example.com login alice password s3cret\n',
    'machine b login c password d \n',
  ],
  [
    'machine a.example.com login alice\npassword s3cret machine b login c password d\n',
    'machine b login c password d\n',
  ],
  [
    'macdef x\nput\n\nmachine a.example.com login alice password s3cret\n\ndefault login e password f',
    'macdef x\nput\n\n\ndefault login e password f',
  ],
]

const entryOfA = (text: string): Entry => {
  const found = entriesIn(text).find(({ machine }) => machine?.text === 'a.example.com')
  if (found === undefined) throw new Error('it has no such entry')
  return found
}

describe('taking out and putting back', () => {
  test.each(removals)('%j', (text, without) => {
    const layout = layoutOf(text, entryOfA(text))
    expect(JSON.stringify(layout)).not.toContain('s3cret')
    expect(withoutEntry(text, entryOfA(text))).toBe(without)
    expect(layout && withEntry(without, layout, 's3cret')).toBe(text)
  })

  test('with another password, in quotes where it needs them', () => {
    const [text, without] = removals[1] ?? ['', '']
    const layout = layoutOf(text, entryOfA(text))
    expect(layout && withEntry(without, layout, 'a "b')).toBe('machine a.example.com login alice password "a \\"b"\n')
    expect(layout && withEntry(without, layout, 'a\nb')).toBeUndefined()
  })

  test('into a text that has changed: before the default entry, or at the end', () => {
    const [text] = removals[3] ?? ['', '']
    const layout = layoutOf(text, entryOfA(text))
    const line = 'machine a.example.com login alice password s3cret\n'
    const put = (into: string) => layout && withEntry(into, layout, 's3cret')
    expect(put('')).toBe(line.trimEnd())
    expect(put('machine b.example.com login carol password d')).toBe(
      `machine b.example.com login carol password d\n${line}`,
    )
    expect(put('default login e password f\n')).toBe(`${line}default login e password f\n`)
    expect(put('# a comment that is longer than before\n')).toBe(`# a comment that is longer than before\n${line}`)
  })

  test('an entry that would not be reached, or not be read, is not written', () => {
    const [text] = removals[3] ?? ['', '']
    const layout = layoutOf(text, entryOfA(text))
    expect(layout && withEntry('machine b login "c\n', layout, 's3cret')).toBeUndefined()
    expect(layout && withEntry('machine b login c password d macdef x\nput', layout, 's3cret')).toBeUndefined()
  })

  test('several, in order', () => {
    const lines = ['a', 'b', 'c', 'd'].map((host) => `machine ${host}\n  login l\n  password p${host}\n`)
    const text = `# top\n${lines.join('# between\n')}default login x password y\n`
    const taken = ['c', 'a', 'd'].map((host) => {
      const entry = entriesIn(text).find(({ machine }) => machine?.text === host) as Entry
      return { host, layout: layoutOf(text, entry) }
    })
    let now = text
    for (const { host } of taken) {
      const entry = entriesIn(now).find(({ machine }) => machine?.text === host) as Entry
      now = withoutEntry(now, entry)
    }
    expect(now).toBe(
      '# top\n# between\nmachine b\n  login l\n  password pb\n# between\n# between\ndefault login x password y\n',
    )
    for (const { host, layout } of taken.toSorted((one, other) => (one.host < other.host ? -1 : 1))) {
      now = (layout && withEntry(now, layout, `p${host}`)) ?? ''
    }
    expect(now).toBe(text)
  })
})

const piece = fc.constantFrom(
  'machine',
  'default',
  'login',
  'password',
  'account',
  'macdef',
  'a',
  'b',
  '"c d"',
  '"e',
  '#',
  ' ',
  '\n',
  '\t',
  '\r\n',
  '\n\n',
  '\\',
)

// The default entry is never taken out: it decides whether the entries after it count.
test('whatever the file says, nothing but the entry changes', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = `machine x login y password z\n${pieces.join(' ')}`
      for (const [at, entry] of entriesIn(text).entries()) {
        const [after, layout] = [withoutEntry(text, entry), layoutOf(text, entry)]
        if (entry.machine === undefined || entry.fault !== undefined || layout === undefined) continue
        expect(read(after)).toEqual(read(text).toSpliced(at, 1))
        expect(withEntry(after, layout, entry.password?.text ?? '')).toBe(text)
      }
    }),
    { numRuns: 2000 },
  )
})
