import { expect, test } from 'vitest'
import { listTable } from '../../src/commands/list-table.ts'
import type { Row } from '../../src/commands/listed.ts'
import { parseEndpoint } from '../../src/core/endpoint.ts'

/* The screens of `credbridge list`. */

const now = Date.UTC(2026, 2, 10)
const day = 24 * 3_600_000

function row(endpoint: string, account: string, owner: string, days: number, more: Partial<Row> = {}): Row {
  const entry = { endpoint: parseEndpoint(endpoint), account, owner, kind: 'basic', savedAt: now - days * day }
  return { entry, store: 'vault', state: { isDefault: false, sharedWith: [], ended: [] }, ...more }
}

const rows = [
  row('https://git.example.com', 'alice', 'git', 0, {
    state: { isDefault: true, sharedWith: ['docker'], ended: [] },
  }),
  row('https://gitlab.example.com/api/v4/projects/7/packages/pypi', 'deploy-token-of-the-team', 'person', 3),
  row('my service', '日本', 'python', 400),
]

const screen = (width: number | undefined, colours = false) => listTable(rows, { width, colours }, now)
const width = (line: string) => [...line].length + (line.match(/[日本]/g)?.length ?? 0)

const lines = (...all: readonly string[]) => all.map((line) => `${line}\n`).join('')

test('in a pipe everything is on one line', () =>
  expect(screen(undefined)).toBe(
    lines(
      'ENDPOINT                                                    ACCOUNT                   OWNER   KIND   SAVED          STATE',
      'https://git.example.com                                     alice                     git     basic  just now       default; shared with docker',
      'https://gitlab.example.com/api/v4/projects/7/packages/pypi  deploy-token-of-the-team  person  basic  3 days ago',
      'my service                                                  日本                      python  basic  13 months ago',
    ),
  ))

test('80 columns', () =>
  expect(screen(80)).toBe(
    lines(
      'ENDPOINT                    ACCOUNT                 OWNER   KIND   SAVED',
      'https://git.example.com     alice                   git     basic  just now',
      '  default',
      '  shared with docker',
      'https://gitla…ackages/pypi  deploy-token-of-the-t…  person  basic  3 days ago',
      'my service                  日本                    python  basic  13 months ago',
    ),
  ))

test('50 columns', () =>
  expect(screen(50)).toBe(
    lines(
      'ENDPOINT                   ACCOUNT   SAVED',
      'https://git.example.com    alice     just now',
      '  default',
      '  shared with docker',
      'https://gitl…ackages/pypi  deploy-…  3 days ago',
      'my service                 日本      13 months ago',
    ),
  ))

test('no line is wider than the terminal, however narrow', () => {
  for (let columns = 20; columns < 160; columns++) {
    for (const line of screen(columns).split('\n')) expect(width(line), line).toBeLessThanOrEqual(columns)
  }
})

test('colours change nothing but colours', () => {
  const controls = String.fromCharCode(27)
  expect(screen(80, true)).toContain(`${controls}[1mENDPOINT${controls}[0m`)
  expect(screen(80, true).replaceAll(new RegExp(`${controls}\\[[0-9]+m`, 'g'), '')).toBe(screen(80))
})
