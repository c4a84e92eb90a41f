import { expect, test } from 'vitest'
import { childEnvironment, withoutVariable } from '../../src/system/child-environment.ts'

test('a child gets the additions, and no variable by which an executable of Bun runs foreign code', () => {
  const from = { PATH: '/bin', BUN_OPTIONS: '--preload ./evil.ts', BUN_BE_BUN: '1' }
  expect(childEnvironment(from, { LANG: 'C' })).toEqual({ PATH: '/bin', LANG: 'C' })
  expect(childEnvironment({}, { BUN_OPTIONS: '--preload ./evil.ts' })).toEqual({})
})

test('a variable is removed in every mixture of upper and lower case', () => {
  const env = { npm_config_userconfig: 'a', NPM_CONFIG_USERCONFIG: 'b', Npm_Config_UserConfig: 'c', PATH: '/bin' }
  expect(withoutVariable(env, 'npm_config_userconfig')).toEqual({ PATH: '/bin' })
})
