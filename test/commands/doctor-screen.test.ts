import { expect, test } from 'vitest'
import { inOrder, type Result } from '../../src/commands/doctor-line-text.ts'
import { doctorScreen } from '../../src/commands/doctor-screen.ts'
import { hint } from '../../src/core/hint.ts'

/* What doctor shows on a terminal: headings, the areas with problems first, and a count. */

const results: readonly Result[] = inOrder([
  { check: 'settings', state: 'ok', says: 'the settings can be read' },
  { check: 'store', state: 'ok', says: 'in use: vault; settled on by setup' },
  { check: 'vault', state: 'note', says: 'in use; kept until it is removed' },
  {
    check: 'expiry',
    state: 'note',
    says: 'ann at https://git.example.com, saved by git, expires in 3 days',
    fix: hint`credbridge set https://git.example.com ann`,
  },
  { check: 'git', state: 'ok', says: 'git-credential-credbridge is /usr/local/bin/git-credential-credbridge' },
  {
    check: 'docker',
    state: 'wrong',
    says: 'docker does not find 4 sign-ins that are readable in /home/ann/.docker/config.json',
    fix: hint`credbridge import docker`,
  },
  { check: 'docker', state: 'ok', says: 'docker-credential-credbridge is there' },
  { check: 'helm', state: 'skipped', says: 'helm is not installed' },
  { check: 'go', state: 'skipped', says: 'go is not installed' },
])

const screen = (width: number, colours = false) =>
  doctorScreen(results, ['vault', 'secret-service'], { width, colours })

test('80 columns', () =>
  expect(screen(80)).toBe(`docker
  WRONG  docker does not find 4 sign-ins that are readable in
         /home/ann/.docker/config.json
         fix: credbridge import docker
  ok     docker-credential-credbridge is there

credentials
  note   ann at https://git.example.com, saved by git, expires in 3 days
         fix: credbridge set https://git.example.com ann

stores
  note   vault: in use; kept until it is removed
  ok     in use: vault; settled on by setup

settings
  ok     the settings can be read

git
  ok     git-credential-credbridge is /usr/local/bin/git-credential-credbridge

skipped
  helm is not installed
  go is not installed

1 wrong, 2 notes, 4 ok, 2 skipped
`))

test('50 columns', () =>
  expect(screen(50)).toBe(`docker
  WRONG  docker does not find 4 sign-ins that are
         readable in /home/ann/.docker/config.json
         fix: credbridge import docker
  ok     docker-credential-credbridge is there

credentials
  note   ann at https://git.example.com, saved by
         git, expires in 3 days
         fix: credbridge set https://git.example.com ann

stores
  note   vault: in use; kept until it is removed
  ok     in use: vault; settled on by setup

settings
  ok     the settings can be read

git
  ok     git-credential-credbridge is
         /usr/local/bin/git-credential-credbridge

skipped
  helm is not installed
  go is not installed

1 wrong, 2 notes, 4 ok, 2 skipped
`))

test('colours change nothing but colours', () => {
  const controls = String.fromCharCode(27)
  expect(screen(80, true)).toContain(`${controls}[31mWRONG${controls}[0m  docker does not find`)
  expect(screen(80, true).replaceAll(new RegExp(`${controls}\\[[0-9]+m`, 'g'), '')).toBe(screen(80))
})
