import { expect, test } from 'vitest'
import { netrc, overruled } from '../../../src/tools/python/setup/overruled.ts'
import { faultOfPython, isInstalled } from '../../../src/tools/python/setup/running-python.ts'
import { madeUp } from '../made-up-world.ts'

/** A machine with these programs, whose Python says that about its keyring package. */
function withPrograms(programs: readonly string[], says = '') {
  return madeUp({
    program: (name) => (programs.includes(name) ? `/usr/bin/${name}` : undefined),
    run: async () => ({ stdout: says, stderr: '', exitCode: 0 }),
  })
}

test.each([
  ['no program', [], false],
  ['python3', ['python3'], true],
  ['python', ['python'], true],
  ['a program with a Python of its own', ['twine'], true],
])('Python is installed: %s', (_what, programs, installed) => {
  expect(isInstalled(withPrograms(programs).world)).toBe(installed)
})

test.each(['18.0.1', '20.9', '21.2.0'])('keyring %s does not read the settings that setup writes', async (version) => {
  const { world } = withPrograms(['python3'], `${version} keyring.backends.fail.Keyring\n`)
  expect(await faultOfPython(world)).toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('uses keyring.backends.fail.Keyring: before 21.3 it does not read '),
    hints: ['/usr/bin/python3 -m pip install --upgrade keyring'],
  })
})

test.each(['21.3.0', '25.7.0'])(
  'keyring %s reads them, and uses another backend for another reason',
  async (version) => {
    const { world } = withPrograms(['python3'], `${version} keyring.backends.fail.Keyring\n`)
    const fault = await faultOfPython(world)
    expect(fault?.message).toBe(`keyring ${version} of /usr/bin/python3 uses keyring.backends.fail.Keyring`)
    expect(fault?.hints).toEqual([])
  },
)

test('a netrc file is named, in its usual place or where NETRC says', () => {
  const { world, home, put } = madeUp()
  expect(netrc(world)).toEqual([])
  put('.netrc', '')
  expect(netrc(world)).toEqual([`${home}/.netrc takes precedence over any keyring for the hosts in it`])
  const other = put('other', '')
  expect(netrc({ ...world, env: { NETRC: other } })).toEqual([
    `${other} takes precedence over any keyring for the hosts in it`,
  ])
})

test('a variable that says otherwise than setup is named', () => {
  const { world } = madeUp({ env: { UV_KEYRING_PROVIDER: 'disabled' } })
  expect(overruled(world, 'UV_KEYRING_PROVIDER', 'subprocess')).toEqual([
    'UV_KEYRING_PROVIDER is set to disabled, which takes precedence',
  ])
  expect(overruled(world, 'UV_KEYRING_PROVIDER', 'disabled')).toEqual([])
  expect(overruled(world, 'PIP_KEYRING_PROVIDER', 'subprocess')).toEqual([])
})
