import { array, assert, constantFrom, dictionary, jsonValue, property, string, tuple, uniqueArray } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  membersAt,
  type Path,
  valueAt,
  withoutValue,
  withoutValues,
  withValue,
  withValues,
} from '../../src/tools/json-text.ts'

const docker = `{
	"auths": {
		"registry.example.com": {}
	},
	"HttpHeaders": { "User-Agent": "x", "n": 1.0e2 },
	"plugins": ["a","b"],
	"credHelpers": {}
}`

describe('adding', () => {
  test.each<[string, string, readonly string[], unknown, string]>([
    [
      'to a file as docker writes it',
      docker,
      ['credsStore'],
      'x',
      docker.replace('"credHelpers": {}\n', '"credHelpers": {},\n\t"credsStore": "x"\n'),
    ],
    [
      'to an empty object in it',
      docker,
      ['credHelpers', 'h'],
      'x',
      docker.replace('"credHelpers": {}', '"credHelpers": {\n\t\t"h": "x"\n\t}'),
    ],
    [
      'to an object on one line in it',
      docker,
      ['HttpHeaders', 'h'],
      'x',
      docker.replace('"n": 1.0e2', '"n": 1.0e2, "h": "x"'),
    ],
    ['in its place', docker, ['HttpHeaders', 'User-Agent'], 'y"', docker.replace('"x"', '"y\\""')],
    ['to nothing', '{}', ['credsStore'], 'x', '{\n\t"credsStore": "x"\n}'],
    ['to nothing, two levels', ' {\n} \n', ['a', 'b'], 'x', ' {\n \t"a": {\n \t\t"b": "x"\n \t}\n } \n'],
    ['to one line', '{"a":1}', ['b', 'c'], 'x', '{"a":1,"b":{"c":"x"}}'],
    [
      'to two blanks and CRLF',
      '{\r\n  "a" : 1\r\n}\r\n',
      ['b', 'c'],
      1,
      '{\r\n  "a" : 1,\r\n  "b" : {\r\n    "c": 1\r\n  }\r\n}\r\n',
    ],
    ['instead of null', '{"a":null}', ['a', 'b'], 'x', '{"a":{"b":"x"}}'],
    ['to the last of two', '{"a":{},"a":{"z":1}}', ['a', 'b'], 2, '{"a":{},"a":{"z":1,"b":2}}'],
  ])('%s', (_what, text, path, value, expected) => {
    expect(withValue(text, path, value)).toBe(expected)
    expect(valueAt(expected, path)).toEqual(value)
  })
})

describe('removing', () => {
  test.each<[string, string, readonly string[], string]>([
    ['the first', '{"a":1, "b":2}', ['a'], '{"b":2}'],
    ['one between', '{"a":1, "b":2, "c":3}', ['b'], '{"a":1, "c":3}'],
    ['the last', '{\n  "a": 1,\n  "b": [2, {}]\n}\n', ['b'], '{\n  "a": 1\n}\n'],
    ['the only one', '{\n  "a": { "b": 1 }\n}', ['a', 'b'], '{\n  "a": {}\n}'],
    ['all of its name', '{"a":1,"b":2,"\\u0061":3}', ['a'], '{"b":2}'],
    ['what is not there', docker, ['auths', 'x'], docker],
    ['below all of its name', '{"a":{"b":1},"a":{"b":2,"c":3}}', ['a', 'b'], '{"a":{},"a":{"c":3}}'],
    ['below what is not there', docker, ['plugins', 'x', 'y'], docker],
  ])('%s', (_what, text, path, expected) => {
    expect(withoutValue(text, path)).toBe(expected)
  })
})

test('reading', () => {
  expect(valueAt(docker, ['HttpHeaders', 'n'])).toBe(100)
  expect(valueAt(docker, ['toString'])).toBeUndefined()
  expect(valueAt(docker, ['plugins', 'length'])).toBeUndefined()
  expect(membersAt(docker, ['auths'])).toEqual([['registry.example.com', {}]])
  expect(membersAt(docker, ['plugins'])).toEqual([])
})

test.each(['', 'null', '[]', '"a"', '{"a":1', '{"a":1}}', '\ufeff{}', '{a:1}'])('%j is malformed', (text) => {
  const malformed = expect.objectContaining({ code: 'malformed', message: expect.not.stringContaining('a":') })
  for (const read of [() => valueAt(text, ['a']), () => withValue(text, ['a'], 1), () => withoutValue(text, ['a'])]) {
    expect(read).toThrow(malformed)
  }
})

test('whatever the file holds, nothing else changes, and removing undoes adding', () => {
  const name = string({ unit: 'binary', maxLength: 4 })
  const object = dictionary(name, jsonValue(), { minKeys: 1 })
  const indents = constantFrom<string | number | undefined>(undefined, 2, '\t', '   ')
  assert(
    property(
      object,
      indents,
      array(name, { minLength: 1, maxLength: 3 }),
      jsonValue(),
      (before, indent, path, value) => {
        const text = JSON.stringify(before, undefined, indent)
        const known = JSON.parse(text)
        const edited = withValue(text, path, value)
        expect(valueAt(edited, path)).toEqual(JSON.parse(JSON.stringify(value)))
        const [top = ''] = path
        for (const other of Object.keys(known))
          if (other !== top) expect(valueAt(edited, [other])).toEqual(known[other])
        if (!Object.hasOwn(known, top)) expect(withoutValue(edited, [top])).toBe(text)
      },
    ),
    { numRuns: 500 },
  )
})

describe('many at once are as many one after another', () => {
  const name = constantFrom('a', 'b', 'c', 'd', 'e')
  const tree = dictionary(name, dictionary(name, jsonValue({ maxDepth: 1 })))
  const indent = constantFrom<string | undefined>(undefined, '  ', '\t')
  const paths = uniqueArray(tuple(name, name), { selector: (path) => path.join(), maxLength: 12 })

  test('removing', () => {
    assert(
      property(tree, indent, paths, (before, indent, paths: readonly Path[]) => {
        const text = JSON.stringify(before, undefined, indent)
        expect(withoutValues(text, paths)).toBe(paths.reduce(withoutValue, text))
      }),
    )
  })

  test('adding and replacing', () => {
    assert(
      property(tree, indent, paths, jsonValue(), (before, indent, paths: readonly Path[], value) => {
        const text = JSON.stringify(before, undefined, indent)
        const values = paths.map((path) => [path, value] as const)
        const together = withValues(text, values)
        expect(JSON.parse(together)).toEqual(
          JSON.parse(values.reduce((rest, [path]) => withValue(rest, path, value), text)),
        )
        expect(withoutValues(together, [])).toBe(together)
      }),
    )
  })

  test('five thousand', () => {
    const auths = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`r${at}.example.com`, { auth: 'eDp5' }]))
    const text = JSON.stringify({ auths }, undefined, '\t')
    const all = Object.keys(auths).map((server) => ['auths', server, 'auth'])
    const without = withoutValues(text, all)
    expect(without).not.toContain('eDp5')
    const back = withValues(
      without,
      all.map((path) => [path, 'eDp5']),
    )
    expect(JSON.parse(back)).toEqual({ auths })
  })
})
