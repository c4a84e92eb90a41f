import { chmodSync, mkdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { terraformSetup } from '../../../src/tools/terraform/setup.ts'
import type { Machine, Plan } from '../../../src/tools/tool.ts'
import { madeUp } from '../made-up-world.ts'

const command = 'terraform-credentials-credbridge'
const ours = `/opt/credbridge/${command}`
const link = `.terraform.d/plugins/${command}`
const block = '# credbridge: begin\ncredentials_helper "credbridge" {}\n# credbridge: end\n'

function home(
  programs: readonly string[] = ['terraform'],
  env: Record<string, string> = {},
  more: Partial<Machine> = {},
) {
  const made = madeUp({ program: (name) => (programs.includes(name) ? `/usr/bin/${name}` : undefined), ...more })
  const world = {
    ...made.world,
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.replace('~', made.home)])),
  }
  const done = async ({ changes }: Plan) => {
    for (const change of changes) await change.apply()
    return changes.map(({ says }) => says.replaceAll(`${made.home}/`, ''))
  }
  return {
    ...made,
    world,
    target: (name: string) => readlinkSync(join(made.home, name)),
    linkTo(name: string, to: string) {
      mkdirSync(dirname(join(made.home, name)), { recursive: true })
      symlinkSync(to, join(made.home, name))
    },
    setup: async () => done(await terraformSetup.plan(world, {})),
    undo: async () => done(await terraformSetup.undo(world, {})),
    remarks: async () =>
      (await terraformSetup.plan(world, {})).remarks.map((one) => one.replaceAll(`${made.home}/`, '')),
    check: async () =>
      (await terraformSetup.check(world)).map(({ state, says }) => `${state} ${says.replaceAll(`${made.home}/`, '')}`),
  }
}

describe('where the clients look', () => {
  test.each<[string, readonly string[], Record<string, string>, readonly string[], string, string]>([
    ['terraform', ['terraform'], {}, [], '.terraformrc', link],
    ['terraform, whatever XDG says', ['terraform'], { XDG_CONFIG_HOME: '~/c' }, [], '.terraformrc', link],
    ['tofu', ['tofu'], {}, [], '.tofurc', link],
    ["tofu with terraform's file", ['tofu'], {}, ['.terraformrc'], '.terraformrc', link],
    ['tofu with both files', ['tofu'], {}, ['.terraformrc', '.tofurc'], '.tofurc', link],
    [
      'tofu with XDG',
      ['tofu'],
      { XDG_CONFIG_HOME: '~/c', XDG_DATA_HOME: '~/d' },
      [],
      'c/opentofu/tofurc',
      `d/opentofu/plugins/${command}`,
    ],
    [
      'tofu with XDG and the old folder',
      ['tofu'],
      { XDG_CONFIG_HOME: '~/c', XDG_DATA_HOME: '~/d' },
      ['.terraform.d/x'],
      'c/opentofu/tofurc',
      link,
    ],
    ['tofu with XDG and its own file', ['tofu'], { XDG_CONFIG_HOME: '~/c' }, ['.tofurc'], '.tofurc', link],
    ['both', ['terraform', 'tofu'], { XDG_CONFIG_HOME: '~/c', XDG_DATA_HOME: '~/d' }, [], '.terraformrc', link],
    [
      'a file that the environment names',
      ['terraform', 'tofu'],
      { TF_CLI_CONFIG_FILE: '~/own.rc' },
      [],
      'own.rc',
      link,
    ],
    ['the older variable', ['terraform'], { TERRAFORM_CONFIG: '~/own.rc' }, [], 'own.rc', link],
  ])('%s', async (_what, programs, env, files, config, plugin) => {
    const it = home(programs, env)
    for (const file of files) it.put(file, '# mine\n')
    const before = it.read(config)
    expect(await it.setup()).toEqual([`${plugin} leads to ${ours}`, `${config}: ask credbridge`])
    expect(it.target(plugin)).toBe(ours)
    expect(it.read(config)).toBe(`${before ?? ''}${block}`)
    expect(await it.check()).toEqual(programs.map((name) => `ok ${name} asks credbridge`))
    expect(await it.setup()).toEqual([])
    expect(await it.undo()).toEqual([
      `${config}: no longer ask credbridge`,
      `remove ${it.home}/${plugin}`.replace(`${it.home}/`, ''),
    ])
    expect(it.read(config)).toBe(before)
    expect(await it.undo()).toEqual([])
  })

  test('both with a file each', async () => {
    const it = home(['terraform', 'tofu'])
    it.put('.tofurc', 'a = 1\n')
    expect(await it.setup()).toEqual([
      `${link} leads to ${ours}`,
      '.terraformrc: ask credbridge',
      '.tofurc: ask credbridge',
    ])
    expect(await it.undo()).toHaveLength(3)
    expect([it.read('.terraformrc'), it.read('.tofurc')]).toEqual([undefined, 'a = 1\n'])
  })

  test('a relative path in the environment is refused', async () => {
    await expect(home(['terraform'], { TF_CLI_CONFIG_FILE: 'own.rc' }).setup()).rejects.toMatchObject({
      code: 'refused',
      message: 'TF_CLI_CONFIG_FILE is not an absolute path',
    })
  })

  test('on Windows only an executable is a plugin', async () => {
    const env = { APPDATA: '~/app' }
    await expect(home(['terraform'], env, { platform: 'win32' }).setup()).rejects.toMatchObject({ code: 'unsupported' })
    const it = home(['tofu'], env, { platform: 'win32', ownCommand: (name) => `/opt/${name}.exe` })
    expect(await it.setup()).toEqual([
      `app/terraform.d/plugins/${command}.exe leads to /opt/${command}.exe`,
      'app/tofu.rc: ask credbridge',
    ])
  })
})

describe('another helper is refused, and all stays', () => {
  test.each([
    ['.terraformrc', 'credentials_helper "other" {}\n', 'terraform asks the helper other, and can have only one'],
    [
      '.terraform.d/a.tfrc',
      'credentials_helper "other" {}\n',
      'terraform asks the helper other, and can have only one',
    ],
    [
      '.terraform.d/a.tfrc.json',
      '{"credentials_helper":{"other":{}}}',
      'terraform asks the helper other, and can have only one',
    ],
    ['.terraformrc', 'credentials_helper = { a = {} }\n', 'terraform asks another helper, and can have only one'],
  ])('%s', async (file, text, message) => {
    const it = home()
    it.put(file, text)
    await expect(it.setup()).rejects.toMatchObject({ code: 'refused', message })
    expect(it.read(file)).toBe(text)
    expect(it.world.files.linkedTo(join(it.home, link))).toBeUndefined()
  })

  test('in the folder it does not count if the environment names a file', async () => {
    const it = home(['terraform'], { TF_CLI_CONFIG_FILE: '~/own.rc' })
    it.put('.terraform.d/a.tfrc', 'credentials_helper "other" {}\n')
    expect(await it.setup()).toHaveLength(2)
  })
})

test('a configuration that cannot be read is not changed', async () => {
  const it = home()
  it.put('.terraformrc', 'a = {\n')
  await expect(it.setup()).rejects.toMatchObject({ code: 'malformed' })
  expect(await it.undo()).toEqual([])
  expect(it.read('.terraformrc')).toBe('a = {\n')
})

describe('the link', () => {
  test.each([
    ['of an older installation is replaced', `/old/${command}`],
    ['of an older version on Node is replaced', `/old/dist/${command}.cjs`],
  ])('%s', async (_what, to) => {
    const it = home()
    it.linkTo(link, to)
    expect((await it.check())[0]).toBe('note terraform does not ask credbridge')
    it.put('.terraformrc', block)
    expect(await it.check()).toEqual([
      `wrong terraform does not find credbridge: ${link} leads to another installation of credbridge`,
    ])
    expect(await it.setup()).toEqual([`${link} leads to ${ours}`])
    expect(it.target(link)).toBe(ours)
  })

  test("leaves others' programs of its name alone", async () => {
    const other = `.terraform.d/plugins/${command}_v1.0.0`
    const [byFile, byLink, byVersion, byMachine] = [home(), home(), home(), home()]
    byFile.put(link, '#!/bin/sh\n')
    byLink.linkTo(link, '/opt/something/else')
    byVersion.put(other, '#!/bin/sh\n')
    byMachine.put(`.terraform.d/plugins/linux_amd64/${command}`, '#!/bin/sh\n')
    for (const it of [byFile, byLink, byVersion, byMachine]) {
      await expect(it.setup()).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringContaining('is another program'),
      })
      expect(await it.undo()).toEqual([])
    }
    byVersion.put('.terraformrc', block)
    expect((await byVersion.check())[0]).toBe(
      `wrong terraform does not find credbridge: ${other} is another program of that name`,
    )
  })

  test('is not made in a folder where others could replace it', async () => {
    const it = home()
    it.put('.terraform.d/plugins/x', '')
    chmodSync(join(it.home, '.terraform.d/plugins'), 0o777)
    await expect(it.setup()).rejects.toMatchObject({
      code: 'refused',
      message: `other users can replace ${command} in ${it.home}/.terraform.d/plugins`,
    })
    expect(it.read('.terraformrc')).toBeUndefined()
  })

  test('that is gone is named by doctor and made again', async () => {
    const it = home()
    it.put('.terraformrc', block)
    expect(await it.check()).toEqual([`wrong terraform does not find credbridge: ${link} is not there`])
    expect(await it.setup()).toEqual([`${link} leads to ${ours}`])
  })
})

test('a block that a person wrote counts, and undo says that it stays', async () => {
  const it = home()
  it.put('.terraformrc', 'credentials_helper "credbridge" {\n}\n')
  expect(await it.setup()).toEqual([`${link} leads to ${ours}`])
  const { changes, remarks } = await terraformSetup.undo(it.world, {})
  expect(changes).toHaveLength(1)
  expect(remarks).toEqual([
    `${it.home}/.terraformrc names credbridge in lines that are not setup's: remove them yourself`,
  ])
})

test('what is used before any helper is named', async () => {
  const it = home(['terraform'], { TF_TOKEN_app_example_com: 'x', TF_TOKEN_empty: '' })
  it.put('.terraformrc', 'credentials "a.example.com" {\n  token = "x"\n}\n')
  it.put('.terraform.d/credentials.tfrc.json', '{"credentials":{"b.example.com":{"token":"s3cret"}}}')
  const remarks = [
    'TF_TOKEN_app_example_com is set, which is used first',
    '.terraformrc has a token for a.example.com, which is used first',
    '.terraform.d/credentials.tfrc.json has a token for b.example.com, which is used first: credbridge import terraform',
  ]
  expect(await it.remarks()).toEqual(remarks)
  await it.setup()
  expect(await it.check()).toEqual([
    'ok terraform asks credbridge',
    ...remarks.slice(0, 2).map((one) => `note ${one}`),
    'note a token is readable in .terraform.d/credentials.tfrc.json',
  ])
})

test('where neither is installed nothing is planned', async () => {
  const it = home([])
  await expect(it.setup()).rejects.toMatchObject({
    code: 'unavailable',
    message: 'Terraform is not installed',
  })
  expect(await it.check()).toEqual(['skipped Terraform is not installed'])
  writeFileSync(join(it.home, '.terraformrc'), block)
  expect(await it.undo()).toEqual(['.terraformrc: no longer ask credbridge'])
})
