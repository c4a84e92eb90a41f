import { expect, test } from 'vitest'
import { needsPrograms } from './require.ts'
import { run } from './run.ts'
import { onTerminal, typing } from './typing.ts'

/** Asks at once, and throws away what is typed before it listens, which is much later: as pnpm 12's login on a busy machine. */
const program = `
import sys, termios, time, tty
for question, silent in (('Name: ', False), ('Secret: ', True)):
    before = termios.tcgetattr(0)
    print(question, end='', flush=True)
    time.sleep(0.5)
    if silent:
        after = termios.tcgetattr(0)
        after[3] &= ~termios.ECHO
        termios.tcsetattr(0, termios.TCSAFLUSH, after)
        answer = sys.stdin.readline()
    else:
        tty.setraw(0, termios.TCSAFLUSH)
        answer = ''
        while not answer.endswith('\\r'):
            answer += sys.stdin.read(1)
    termios.tcsetattr(0, termios.TCSAFLUSH, before)
    print('heard', answer.strip())
`

needsPrograms('python3')('somebody at a terminal', () => {
  const at = { env: { PATH: process.env['PATH'] }, cwd: '/' }

  test('types when the program listens', async () => {
    const answers = [
      ['Name:', 'alice'],
      ['Secret:', 's3cret'],
    ] as const
    const shown = await typing(['python3', '-c', program], answers, at)
    expect(shown).toMatch(/heard alice[\s\S]*heard s3cret/)
  })

  test('is told of an exit code other than 0', async () => {
    await expect(typing(['sh', '-c', 'echo no; exit 3'], [], at)).rejects.toThrow('no')
  })

  test('notices a terminal that is left in another mode', async () => {
    const raw = 'import os, tty; tty.setraw(0)'
    expect(await run('python3', onTerminal([], 'python3', '-c', raw), at)).toMatchObject({ exitCode: 98 })
  })
})
