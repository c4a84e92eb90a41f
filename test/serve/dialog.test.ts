import { describe, expect, test } from 'vitest'
import { Failure } from '../../src/core/failure.ts'
import { dialogOn } from '../../src/serve/dialog.ts'
import type { Question } from '../../src/serve/question.ts'
import type { Machine } from '../../src/system/machine.ts'

const question: Question = {
  grant: 'box',
  does: 'find',
  tool: 'git',
  endpoint: 'https://<b>bold</b>.example.com/&amp;',
  account: '--help\n\u202e',
}

/** A desktop with these programs. What is run ends so. */
function desktop(
  programs: readonly string[],
  end: { stdout?: string; stderr?: string; exitCode?: number } | Failure,
  more: object = {},
) {
  const ran: { program: string; words: readonly string[]; env: unknown }[] = []
  const machine = {
    env: { DISPLAY: ':0' },
    platform: 'linux',
    program: (name: string) => (programs.includes(name) ? `/usr/bin/${name}` : undefined),
    async run(program, words, options) {
      ran.push({ program, words, env: options?.env })
      if (end instanceof Failure) throw end
      return { stdout: '', stderr: '', exitCode: 0, ...end }
    },
    ...more,
  } as Pick<Machine, 'env' | 'platform' | 'program' | 'run'>
  return { ran, ask: dialogOn(machine) }
}

describe('a dialog', () => {
  test.each([
    [{ exitCode: 0 }, 'once'],
    [{ exitCode: 1, stdout: 'Always\n' }, 'always'],
    [{ exitCode: 1, stdout: 'For this session\n' }, 'session'],
    [{ exitCode: 1 }, 'never'],
    [{ exitCode: 5 }, undefined],
    [{ exitCode: 1, stderr: 'cannot open display: :0\n' }, undefined],
    [{ exitCode: 1, stderr: 'Gtk-WARNING **: no theme\n', stdout: 'Always\n' }, 'always'],
    [new Failure('timeout', 'too slow'), undefined],
  ] as const)('of zenity that ends with %j says %s', async (end, word) => {
    expect(await desktop(['zenity', 'kdialog'], end).ask?.(question)).toBe(word)
  })

  test('gets the names as one argument, which is no option, no markup and one line each', async () => {
    const { ran, ask } = desktop(['zenity'], {})
    await ask?.(question)
    const [{ program, words } = { program: '', words: [] }] = ran
    expect(program).toBe('/usr/bin/zenity')
    expect(words).toContain('--no-markup')
    const text = words.find((word) => word.includes('box')) ?? ''
    expect(text).toMatch(/^--text=/)
    expect(text.split('\n')).toHaveLength(4)
    expect(text).not.toContain('\u202e')
    const second = desktop(['kdialog'], { stdout: 'session\n' })
    expect(await second.ask?.(question)).toBe('session')
    expect(second.ran[0]?.words.join(' ')).not.toMatch(/[<>&]/)
  })

  test('of kdialog that is closed is a refusal', async () => {
    expect(await desktop(['kdialog'], { exitCode: 1, stdout: 'always' }).ask?.(question)).toBe('never')
  })

  test('that cannot be shown is unanswered, whichever it is', async () => {
    const end = { exitCode: 1, stderr: 'could not connect to display :0\n' }
    expect(await desktop(['kdialog'], end).ask?.(question)).toBeUndefined()
    const mac = { platform: 'darwin', env: {} }
    expect(await desktop(['osascript'], end, mac).ask?.(question)).toBeUndefined()
    const env = { DISPLAY: ':0', SSH_ASKPASS: '/usr/bin/ask' }
    expect(await desktop([], end, { env }).ask?.(question)).toBeUndefined()
  })

  test('of kdialog has no line breaks but ours', async () => {
    const { ran, ask } = desktop(['kdialog'], { stdout: 'session\n' })
    await ask?.({ ...question, account: 'ann\\nat: elsewhere' })
    expect(ran[0]?.words[3]).toContain('ann\\\\nat: elsewhere')
  })

  test('of macOS gets the text by argv', async () => {
    const { ran, ask } = desktop(['osascript'], { stdout: 'Always\n' }, { platform: 'darwin', env: {} })
    expect(await ask?.(question)).toBe('always')
    expect(ran[0]?.words).toContain('on run argv')
    expect(ran[0]?.words.at(-1)).toContain('box wants')
  })

  test('by SSH_ASKPASS is yes or no', async () => {
    const env = { DISPLAY: ':0', SSH_ASKPASS: '/usr/bin/ask' }
    const { ran, ask } = desktop([], {}, { env })
    expect(await ask?.(question)).toBe('once')
    expect(ran[0]).toMatchObject({ program: '/usr/bin/ask', env: { SSH_ASKPASS_PROMPT: 'confirm' } })
    expect(await desktop([], { exitCode: 1 }, { env }).ask?.(question)).toBe('never')
  })

  test('is not there without a screen, or by a program that is named by no absolute path', () => {
    expect(desktop(['zenity'], {}, { env: {} }).ask).toBeUndefined()
    expect(desktop([], {}, { env: { DISPLAY: ':0', SSH_ASKPASS: 'ask' } }).ask).toBeUndefined()
  })
})
