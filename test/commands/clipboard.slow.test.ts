import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { built } from '../real/commands.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { onTerminal } from '../real/typing.ts'
import { until } from '../real/until.ts'
import { start } from './vault-world.ts'

/* The clipboard is a file here, and its programs are stand-ins that write down how they were started. */

const at = 'https://git.example.com'

const programs: readonly (readonly [write: string, read: string, needed: Record<string, string>])[] = [
  ['wl-copy', 'wl-paste', { WAYLAND_DISPLAY: 'wayland-0' }],
  ['xclip', 'xclip', { DISPLAY: ':0' }],
  ['xsel', 'xsel', { DISPLAY: ':0' }],
]

async function world(write: string, read: string, needed: Record<string, string>) {
  const it = await start()
  await it.set(at, 'ann', 'sécret')
  const folder = join(it.session.folder, 'clipboard')
  mkdirSync(folder)
  const [held, log] = [join(folder, 'held'), join(folder, 'log')]
  // xclip serves the selection from the background, and keeps its standard output open.
  const script = `#!/bin/sh
echo "$0 $*" >>${log}
case "$*" in
  *-out*|*--no-newline*) cat ${held}; exit;;
  *--clear*) : >${held};;
  *) cat >${held};;
esac
sleep 5 &
`
  for (const name of new Set([write, read])) writeFileSync(join(folder, name), script, { mode: 0o755 })
  const home = it.env['HOME'] ?? ''
  const endTakers = async () => {
    await until(async () => takers(home).some(isReady), 'no process waits')
    for (const pid of takers(home)) process.kill(pid, 'SIGHUP')
    await until(async () => takers(home).length === 0, 'the process stays')
  }
  const more = { ...needed, PATH: `${it.env['PATH']}:${folder}` }
  return {
    ...it,
    more,
    endTakers,
    takers: () => takers(it.env['HOME'] ?? ''),
    held: () => (existsSync(held) ? readFileSync(held, 'utf8') : ''),
    hold: (text: string) => writeFileSync(held, text),
    log: () => (existsSync(log) ? readFileSync(log, 'utf8') : ''),
    get: (...words: readonly string[]) => it.run('credbridge', ['get', at, '--copy', ...words], { more }),
  }
}

/** The process that takes it back, which has this home. */
function takers(home: string): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
        return words.includes('take-back') && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HOME=${home}\0`)
      } catch {
        return false
      }
    })
}

/** The first process of its session; proc_pid_stat(5). */
function sessionOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return Number(stat.slice(stat.lastIndexOf(')')).split(' ')[4])
}

/** Whether the process handles SIGHUP; proc_pid_status(5). */
function isReady(pid: number): boolean {
  const [, caught = '0'] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return (BigInt(`0x${caught}`) & 1n) === 1n
}

needs('the build (npm run build)', built)('get --copy', () => {
  test.each(programs)('by %s: it is there, and taken back after its time', async (...by) => {
    const { get, held, log } = await world(...by)
    expect(await get('--for', '1s')).toMatchObject({
      stdout: '',
      stderr: 'copied to the clipboard; it is taken back in 1 second\n',
      exitCode: 0,
    })
    await until(async () => held() === '' && log().split('\n').length === 4, 'it was not taken back')
    expect(log()).not.toContain('cret')
  })

  test('a signal, as at a logout, takes it back at once; the usual time is 45 seconds', async () => {
    const { get, held, endTakers } = await world('wl-copy', 'wl-paste', { WAYLAND_DISPLAY: 'wayland-0' })
    expect((await get()).stderr).toBe('copied to the clipboard; it is taken back in 45 seconds\n')
    expect(held()).toBe('sécret')
    await endTakers()
    expect(held()).toBe('')
  })

  test('the process that does it has a session of its own', async () => {
    const { get, takers, endTakers } = await world('wl-copy', 'wl-paste', { WAYLAND_DISPLAY: 'wayland-0' })
    await get()
    const all = takers()
    expect(all).toHaveLength(1)
    expect(all.map(sessionOf)).toEqual(all)
    await endTakers()
  })

  test('what somebody copied since stays', async () => {
    const { get, held, hold, log, endTakers } = await world('wl-copy', 'wl-paste', { WAYLAND_DISPLAY: 'wayland-0' })
    await get()
    hold('a line of code')
    await endTakers()
    expect(log()).toContain('--no-newline')
    expect(held()).toBe('a line of code')
  })

  test.each<[string, Record<string, string>]>([
    ['there is no program', {}],
    ['there is a program and no screen', { DISPLAY: '' }],
  ])('is refused where %s', async (_, needed) => {
    const it = await world('xclip', 'xclip', needed)
    const more = 'DISPLAY' in needed ? it.more : {}
    expect(await it.run('credbridge', ['get', at, '--copy'], { more })).toMatchObject({
      stdout: '',
      stderr: `credbridge: there is no clipboard here that a program reaches
hint: install wl-clipboard (Wayland), xclip or xsel (X11)
hint: or see it on the terminal: --show
`,
      exitCode: 2,
    })
  })

  test.each([['--for', '0s'], ['--for', '11m'], ['--for', 'long'], ['--json']])('refuses %s %s', async (...words) => {
    const { get, held } = await world('xclip', 'xclip', { DISPLAY: ':0' })
    expect(await get(...words.filter((word) => word !== undefined))).toMatchObject({ exitCode: 2, stdout: '' })
    expect(held()).toBe('')
  })

  needsPrograms('python3')('on a terminal', () => {
    test('needs no --show, and outlives the terminal', async () => {
      const { run, more, held, endTakers } = await world('wl-copy', 'wl-paste', { WAYLAND_DISPLAY: 'wayland-0' })
      expect(await run('python3', onTerminal([], 'credbridge', 'get', at, '--copy'), { more })).toMatchObject({
        stdout: 'copied to the clipboard; it is taken back in 45 seconds\r\n',
        exitCode: 0,
      })
      expect(held()).toBe('sécret')
      await endTakers()
      expect(held()).toBe('')
    })
  })
})
