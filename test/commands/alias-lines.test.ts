import { expect, test } from 'vitest'
import { textWithAliases } from '../../src/commands/alias-lines.ts'
import { readSettings } from '../../src/engine/read-settings.ts'
import { parseSettings } from '../../src/engine/settings-file.ts'

const added = { 'ghcr.io': 'github.com' }
const line = '"ghcr.io" = "github.com"\n'

async function changed(text: string) {
  const usual = await readSettings({ home: '/', config: '/none', data: '/none', state: '/none' }, {})
  return textWithAliases(text, await parseSettings(text, usual), added)
}

test.each([
  ['', `[aliases]\n${line}`],
  ['store = "vault"', `store = "vault"\n\n[aliases]\n${line}`],
  ['[git]\ntoken-user = "a"\n', `[git]\ntoken-user = "a"\n\n[aliases]\n${line}`],
  [
    '# mine\n[aliases] # hosts\n"a.example.com" = "b.example.com"\n[git]\n',
    `# mine\n[aliases] # hosts\n${line}"a.example.com" = "b.example.com"\n[git]\n`,
  ],
])('%j: the line is in the table, and the rest stays', async (text, expected) => {
  expect(await changed(text)).toBe(expected)
})

test.each([
  'aliases = { "a.example.com" = "b.example.com" }\n',
  'aliases."a.example.com" = "b.example.com"\n',
  '[git]\ntoken-user = """\n[aliases]\n"""\n',
])('%j: left to the person, who spelled it so', async (text) => {
  const result = await changed(text).catch(() => undefined)
  expect(result).toBeUndefined()
})
