import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findBrowser } from '../../src/sign-in/browser.ts'
import { programOnPath } from '../../src/system/programs.ts'
import { testMachine } from '../test-machine.ts'

const folders = ['home', 'bin', 'project'] as const

/** What is found with these programs in the folders, and with `DIR` in the environment standing for their parent. */
function found(env: Readonly<Record<string, string>>, ...programs: readonly string[]): string | undefined {
  const parent = mkdtempSync(join(tmpdir(), 'cb-browser-'))
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }))
  for (const name of folders) mkdirSync(join(parent, name))
  for (const name of programs) writeFileSync(join(parent, name), '#!/bin/sh\n', { mode: 0o755 })
  const named = Object.entries({ PATH: 'DIR/bin', ...env }).map(([name, value]) => [
    name,
    value.replaceAll('DIR', parent),
  ])
  const variables = Object.fromEntries(named)
  const machine = testMachine(join(parent, 'home'), {
    env: variables,
    workingFolder: join(parent, 'project'),
    program: (name) => programOnPath(name, variables),
  })
  return findBrowser(machine)?.program.slice(parent.length + 1)
}

const screen = { DISPLAY: ':0' }

test('where a screen is, the system shows the page', () => {
  expect(found(screen, 'bin/xdg-open')).toBe('bin/xdg-open')
  expect(found({ WAYLAND_DISPLAY: 'wayland-0' }, 'bin/xdg-open')).toBe('bin/xdg-open')
})

test('without a screen, over SSH or without the program there is none', () => {
  expect(found({}, 'bin/xdg-open')).toBeUndefined()
  expect(found({ ...screen, SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22' }, 'bin/xdg-open')).toBeUndefined()
  expect(found(screen)).toBeUndefined()
})

test.each([
  ['firefox', 'bin/firefox'],
  ['DIR/bin/firefox', 'bin/firefox'],
  ['missing:firefox', 'bin/firefox'],
  ['firefox %s', 'bin/firefox'],
])('BROWSER=%s is used, also over SSH', (value, program) => {
  expect(found({ BROWSER: value, SSH_TTY: '/dev/pts/1' }, 'bin/firefox')).toBe(program)
})

test.each(['./evil', 'evil', '../project/evil', 'DIR/project/evil', 'sh -c evil'])(
  'BROWSER=%s starts nothing of a project and no shell',
  (value) => {
    expect(found({ BROWSER: value, PATH: 'DIR/project:DIR/bin' }, 'project/evil', 'bin/sh')).toBeUndefined()
  },
)

test('a program of a project is not used, wherever PATH leads', () => {
  expect(found({ ...screen, PATH: 'DIR/project' }, 'project/xdg-open')).toBeUndefined()
})
