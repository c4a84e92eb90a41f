import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { root } from './project.ts'

/*
 * The small programs for Windows (packaging/windows), which ship beside the commands. They use no C library, so that
 * Windows loads nothing but its own parts for them. Same source, same checksum. On Windows for arm64 they are emulated.
 */

const compiler = 'x86_64-w64-mingw32-gcc'

const programs = ['launcher', 'credentials']

const switches = [
  '-std=c11',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-Os',
  '-s',
  '-municode',
  '-ffreestanding',
  '-fno-tree-loop-distribute-patterns',
  '-fno-stack-protector',
  '-nostdlib',
  '-Wl,-e,entry,--no-insert-timestamp',
]

/** Whether the compiler is here. Debian's package is gcc-mingw-w64-x86-64. */
export function canBuildForWindows(): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, compiler)))
}

/** Builds them into the subfolder `windows` of this folder. */
export function buildForWindows(folder: string): void {
  const out = join(folder, 'windows')
  mkdirSync(out, { recursive: true })
  for (const name of programs) {
    const source = join('packaging', 'windows', `${name}.c`)
    const libraries = ['-lkernel32', '-ladvapi32']
    execFileSync(compiler, [...switches, '-o', join(out, `${name}.exe`), source, ...libraries], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
  }
}

/** Puts a launcher for each of these commands into the folder of the standalone executable. */
export function placeLaunchers(folder: string, commands: readonly string[]): void {
  for (const command of commands) copyFileSync(join(folder, 'windows', 'launcher.exe'), join(folder, `${command}.exe`))
}
