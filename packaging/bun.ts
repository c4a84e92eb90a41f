import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { type Bundled, bundledPackages, cratesIn, packageIn } from './bundled.ts'
import { buildConstants, commands, root } from './project.ts'
import { addonFor, compiler, runtimeFor, runtimeWork } from './runtime.ts'
import type { Target } from './targets.ts'

/*
 * The executable contains every command. Splitting and bytecode avoid that a call parses code that it does not need. A
 * call ends long before a just-in-time compiler could help, so the compiler's thread does not start (bench/NOTES.md).
 * The four `--no-compile-autoload` switches stop the executable from reading files of the working directory.
 */

const switches = [
  '--compile',
  '--splitting',
  '--bytecode',
  '--format=esm',
  '--minify',
  '--compile-jit-policy=1000',
  '--no-compile-autoload-dotenv',
  '--no-compile-autoload-bunfig',
  '--no-compile-autoload-tsconfig',
  '--no-compile-autoload-package-json',
  '--external=@napi-rs/keyring',
]

/** Builds the executable of this name, and the addon beside it if it needs one. Returns the third-party works in them. */
export async function buildByBun(target: Target, folder: string, executable: string): Promise<readonly Bundled[]> {
  const inputs = compile(target, join(folder, executable))
  const works = [...bundledPackages(inputs), runtimeWork(target)]
  // On Windows a program of our own does what the addon does elsewhere (packaging/windows).
  if (target.os === 'win32') return works
  const { file, folder: addonFolder } = addonFor(target)
  copyFileSync(file, join(folder, 'keyring.node'))
  chmodSync(join(folder, 'keyring.node'), 0o644)
  const addon = packageIn(addonFolder)
  return [...works, addon, ...cratesIn(addon)]
}

/** Compiles the executable into `outfile`. Returns its source files. */
function compile(target: Target, outfile: string): readonly string[] {
  const entry = join(root, 'build', 'standalone-entry.ts')
  const metafile = `${outfile}.json`
  const constants = Object.entries(buildConstants('bun')).map(([name, value]) => `--define=${name}=${value}`)
  mkdirSync(dirname(entry), { recursive: true })
  writeFileSync(entry, entryText(target))
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

/**
 * The entry of the executable. The files of bin/ are the only list of commands. Modules that nearly every call of a
 * client needs are imported statically, because each `import()` costs time. A top-level `await` does too, so there is
 * none.
 */
function entryText({ os }: Target): string {
  const table = commands.map((name) => `  '${name}': () => import('../bin/${name}.ts'),`)
  const usual = ['edge/serve.ts', ...(os === 'linux' ? ['stores/secret-service/store.ts'] : [])]
  return `${usual.map((file) => `import '../src/${file}'\n`).join('')}import { runByArgv0 } from '../src/edge/installation/argv0.ts'

runByArgv0({
${table.join('\n')}
})
`
}
