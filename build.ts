import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { bundledPackages, packageIn } from './packaging/bundled.ts'
import { asScript, commandLoader } from './packaging/command-loader.ts'
import { writeInventory } from './packaging/inventory.ts'
import { buildConstants, commands, manifest, root } from './packaging/project.ts'
import { ship } from './packaging/ship.ts'
import { buildForWindows, canBuildForWindows } from './packaging/windows.ts'
import { codeFolder, hashOfCode } from './src/edge/installation/compiled-code.ts'

/*
 * Builds the code of each command as one file, which starts fastest (bench/NOTES.md), and the file that runs it. Each module that the code
 * loads by `import()` becomes a separate file in dist/lazy, so that a client's call does not parse it.
 */

const out = join(root, 'dist')
const inputs = new Set<string>()

/**
 * Keeps every relative `import()` out of the bundle, except of the files in `within`, and adds its target to `found`.
 */
function lazy(found: Set<string>, from: string, within: readonly string[]): Plugin {
  return {
    name: 'lazy',
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined
        const file = resolve(resolveDir, path)
        if (within.includes(file)) return undefined
        found.add(file)
        return { path: `./${relative(from, join(out, 'lazy', lazyName(file)))}`, external: true }
      })
    },
  }
}

function lazyName(file: string): string {
  return `${relative(join(root, 'src'), file).replaceAll('/', '-').replace(/\.ts$/, '')}.cjs`
}

/** What nearly every call of a client needs is part of the command's own file: one of these stores, and the bus's socket. */
const hot = [
  'stores/secret-service/store.ts',
  'stores/vault/store.ts',
  'stores/vault/machine-options.ts',
  'system/unix-socket-pipe.ts',
].map((file) => join(root, 'src', file))

interface Bundling {
  /** The files that become part of the bundle although they are loaded by `import()`. */
  readonly within?: readonly string[]
  /** The folder that relative paths start from. */
  readonly from?: string
  /** False for the library: it runs in other programs, whose stack traces should show names and lines. */
  readonly minify?: boolean
}

async function bundle(
  entry: string,
  outfile: string,
  found: Set<string>,
  { within = [], from = join(outfile, '..'), minify = true }: Bundling = {},
): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    mainFields: ['module', 'main'], // the UMD build of jsonc-parser loads its parts at run time
    minify,
    legalComments: 'none',
    logLevel: 'warning',
    external: ['@napi-rs/keyring'],
    supported: { 'dynamic-import': false },
    define: buildConstants('node'),
    metafile: true,
    plugins: [lazy(found, from, within)],
  })
  for (const input of Object.keys(metafile.inputs)) inputs.add(input)
}

/** Writes the type declarations of the library, and only the files that they refer to. */
function declareTypes(): void {
  const tsc = join(root, 'node_modules', '.bin', 'tsc')
  execFileSync(tsc, ['--project', join(root, 'tsconfig.library.json')], { stdio: 'inherit' })
  const types = join(out, 'types')
  const kept = new Set<string>()
  const keep = (file: string) => {
    if (kept.has(file)) return
    kept.add(file)
    const text = readFileSync(file, 'utf8').replace(/(['"])(\.\.?\/[^'"]+)\.ts\1/g, '$1$2.js$1')
    writeFileSync(file, text)
    for (const [, path] of text.matchAll(/['"](\.\.?\/[^'"]+)\.js['"]/g)) keep(join(file, '..', `${path}.d.ts`))
  }
  for (const entry of ['index', 'keytar']) keep(join(types, 'library', `${entry}.d.ts`))
  for (const file of readdirSync(types, { recursive: true, encoding: 'utf8' }).map((name) => join(types, name))) {
    if (file.endsWith('.d.ts') && !kept.has(file)) rmSync(file)
  }
  // Programs that load the library by `require` need declarations that are marked as CommonJS.
  cpSync(types, `${types}-cjs`, { recursive: true })
  writeFileSync(join(`${types}-cjs`, 'package.json'), '{ "type": "commonjs" }\n')
}

rmSync(out, { recursive: true, force: true })
const waiting = new Set<string>()
for (const command of commands) {
  const entry = join(root, 'bin', `${command}.ts`)
  const code = join(out, codeFolder, `${command}.cjs`)
  await bundle(entry, code, waiting, { from: out, ...(command === 'credbridge' ? {} : { within: hot }) })
  const text = asScript(readFileSync(code, 'utf8'))
  writeFileSync(code, text)
  writeFileSync(join(out, `${command}.cjs`), commandLoader(command, hashOfCode(text)))
  chmodSync(join(out, `${command}.cjs`), 0o755)
}
const library = join(out, 'library', 'index.cjs')
await bundle(join(root, 'src', 'library', 'index.ts'), library, waiting, { minify: false })
for (const file of waiting) await bundle(file, join(out, 'lazy', lazyName(file)), waiting)

const exported = createRequire(import.meta.url)(library) as { readonly keytar: object }
writeFileSync(
  join(out, 'library', 'index.mjs'),
  `import library from './index.cjs'\n\nexport const { ${Object.keys(exported).join(', ')} } = library\n`,
)
// CommonJS for `import` and `require`, without `__esModule`, like keytar itself: so a default import means the same.
const keytar = Object.keys(exported.keytar).map((name) => `exports.${name} = keytar.${name}\n`)
writeFileSync(join(out, 'library', 'keytar.cjs'), `const { keytar } = require('./index.cjs')\n\n${keytar.join('')}`)
declareTypes()

await ship(out)
if (canBuildForWindows()) buildForWindows(out)
const { notice: _, ...addon } = packageIn(join(root, 'node_modules', '@napi-rs', 'keyring'))
writeInventory(out, manifest.name, [...bundledPackages(inputs), addon])
