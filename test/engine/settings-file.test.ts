import { expect, test } from 'vitest'
import { readSettings } from '../../src/engine/read-settings.ts'
import { parseSettings } from '../../src/engine/settings-file.ts'

const nowhere = { home: '/nowhere', config: '/nowhere', data: '/nowhere', state: '/nowhere' }
const usual = await readSettings(nowhere, {})

test('git.token-user sets the user name for tokens without one', async () => {
  expect(usual.tokenUser).toBe('oauth2')
  expect((await parseSettings('[git]\ntoken-user = "build er"', usual)).tokenUser).toBe('build er')
})

test.each(['""', '1', '"a:b"', '"a\\n"', '"a\\u0000"'])('git.token-user must be a user name, not %s', async (value) => {
  const refused = parseSettings(`[git]\ntoken-user = ${value}`, usual)
  await expect(refused).rejects.toMatchObject({ code: 'malformed', message: expect.stringContaining('git.token-user') })
})
