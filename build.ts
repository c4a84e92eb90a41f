import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, relative, resolve } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { manualPage } from './src/commands/manual.ts'
import { buildProgram } from './src/commands/program.ts'
import { thisDesk } from './src/edge/desk.ts'

/*
 * One small CommonJS file for each command name: that starts fastest (bench/NOTES.md). What the code loads by
 * `import()` becomes a file of its own in dist/lazy, so that a client's call never parses it.
 */

const root = import.meta.dirname
const out = join(root, 'dist')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }

/** Leaves every `import()` of ours outside the file and notes what it leads to. */
function lazy(found: Set<string>, from: string): Plugin {
  return {
    name: 'lazy',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined
        const file = resolve(resolveDir, path)
        found.add(file)
        return { path: `./${relative(from, join(out, 'lazy', lazyName(file)))}`, external: true }
      })
    },
  }
}

function lazyName(file: string): string {
  return `${relative(join(root, 'src'), file).replaceAll('/', '-').replace(/\.ts$/, '')}.cjs`
}

async function bundle(entry: string, outfile: string, found: Set<string>): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    external: ['@napi-rs/keyring'],
    supported: { 'dynamic-import': false },
    define: { 'process.env.CREDBRIDGE_VERSION_AT_BUILD': JSON.stringify(version) },
    plugins: [lazy(found, join(outfile, '..'))],
  })
}

rmSync(out, { recursive: true, force: true })
const waiting = new Set<string>()
for (const file of readdirSync(join(root, 'bin')).filter((name) => name.endsWith('.ts'))) {
  const outfile = join(out, `${basename(file, '.ts')}.cjs`)
  await bundle(join(root, 'bin', file), outfile, waiting)
  chmodSync(outfile, 0o755)
}
for (const file of waiting) await bundle(file, join(out, 'lazy', lazyName(file)), waiting)

mkdirSync(join(out, 'python'))
copyFileSync(
  join(root, 'src', 'tools', 'python', 'backend', 'credbridge_keyring.py'),
  join(out, 'python', 'credbridge_keyring.py'),
)

mkdirSync(join(out, 'man'))
writeFileSync(join(out, 'man', 'credbridge.1'), manualPage(await buildProgram(thisDesk()), version))
