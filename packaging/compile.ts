import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { buildConstants, commands, root } from './project.ts'
import { compiler, runtimeFor } from './runtime.ts'
import type { Target } from './targets.ts'

/*
 * The executable holds every command. Code that a call does not need must not be parsed at its start: hence the
 * splitting, and bytecode (bench/NOTES.md). The four switches keep it from reading files of the working directory.
 */

const switches = [
  '--compile',
  '--splitting',
  '--bytecode',
  '--format=esm',
  '--minify',
  '--no-compile-autoload-dotenv',
  '--no-compile-autoload-bunfig',
  '--no-compile-autoload-tsconfig',
  '--no-compile-autoload-package-json',
  '--external=@napi-rs/keyring',
]

/** Compiles the executable into this file; gives the files that went into it. */
export function compile(target: Target, outfile: string): readonly string[] {
  const entry = join(root, 'build', 'standalone-entry.ts')
  const metafile = `${outfile}.json`
  const constants = Object.entries(buildConstants(true)).map(([name, value]) => `--define=${name}=${value}`)
  mkdirSync(dirname(entry), { recursive: true })
  writeFileSync(entry, entryText())
  try {
    execFileSync(
      compiler(),
      [
        'build',
        ...switches,
        ...constants,
        `--target=${target.bun}`,
        `--compile-executable-path=${runtimeFor(target)}`,
        `--metafile=${metafile}`,
        `--outfile=${outfile}`,
        relative(root, entry),
      ],
      { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
    )
    const { inputs } = JSON.parse(readFileSync(metafile, 'utf8')) as { inputs: Record<string, unknown> }
    return Object.keys(inputs)
  } finally {
    rmSync(metafile, { force: true })
  }
}

/** The files of bin/ are the list of commands; there is no second one. */
function entryText(): string {
  const table = commands.map((name) => `  '${name}': () => import('../bin/${name}.ts'),`)
  return `import { runInvoked } from '../src/edge/invoked.ts'

await runInvoked({
${table.join('\n')}
})
`
}
