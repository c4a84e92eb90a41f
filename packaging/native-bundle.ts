import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { build, type Metafile, type OutputFile, type Plugin } from 'esbuild'
import { buildConstants, commands, root } from './project.ts'

/*
 * Bundles the sources for the native host (runtime/). Modules share their common parts, and each is loaded when it is
 * first needed. What every client's command needs is one file, because the engine reads few files faster than many
 * (bench/NOTES.md). Imports of node: modules come from runtime/node. A missing name ends the build.
 */

const host = join(root, 'runtime', 'node')
const entry = join(root, 'build', 'native-entry.ts')
const globals = 'runtime/node/globals.ts'

/** The replacements for packages and for files of src/. */
const instead: Readonly<Record<string, string>> = {
  '@napi-rs/keyring': 'runtime/keychain.ts',
  'src/edge/idle-memory.ts': 'runtime/idle-memory.ts',
  'src/edge/installation/compiled-code.ts': 'runtime/compiled-code.ts',
  'src/system/http/transport.ts': 'runtime/http/transport.ts',
  'src/system/unix-socket-pipe.ts': 'runtime/unix-socket.ts',
}

/** Names of the web that Node has everywhere. Here only clients of HTTP have them, from these files of runtime/web. */
const web: Readonly<Record<string, string>> = {
  AbortController: 'abort',
  AbortSignal: 'abort',
  CryptoKey: 'crypto',
  Headers: 'headers',
  Response: 'response',
  TextDecoder: 'text',
  TextEncoder: 'text',
  URL: 'url',
  URLSearchParams: 'url',
  atob: 'text',
  btoa: 'text',
  crypto: 'crypto',
  fetch: 'fetch',
  structuredClone: 'clone',
}

/** Where they are used. Anywhere else they are unknown names, which test/standalone/globals.slow.test.ts finds. */
const withWeb =
  /\/(?:(?:src|test)\/system\/http|src\/sign-in|src\/stores\/openbao|node_modules\/oauth4webapi)\/.*\.[jt]s$/

/** The modules that packages load by `require`. */
const required = ['child_process', 'events', 'fs', 'path', 'process', 'util']

/** Bundles all commands, or another program, into this folder. Returns the source files. */
export async function bundleForNative(folder: string, program = allCommands()): Promise<readonly string[]> {
  mkdirSync(dirname(entry), { recursive: true })
  writeFileSync(entry, `import '../${globals}'\n${program}`)
  const { metafile: apart } = await bundled(folder, [])
  const { metafile, outputFiles } = await bundled(folder, groupsIn(apart))
  mkdirSync(folder, { recursive: true })
  for (const file of outputFiles) writeFileSync(file.path, loadedByHost(file))
  return Object.keys(metafile.inputs).filter((file) => !file.startsWith(grouped))
}

/** Files that are loaded together, and the entry points that import them so that they become one file. */
interface Group {
  readonly files: readonly string[]
  readonly importers: ReadonlySet<string>
}

function bundled(folder: string, groups: readonly Group[]) {
  return build({
    absWorkingDir: root,
    entryPoints: { entry, ...Object.fromEntries(required.map((name) => [`node-${name}`, join(host, `${name}.ts`)])) },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['node'],
    target: 'es2024',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    define: buildConstants('native'),
    metafile: true,
    plugins: [native(groups)],
    write: false,
  })
}

/**
 * Groups the files that the same calls of clients load. The bundler puts modules into one file if the same entry points
 * reach them. So an entry point that needs one file of a group imports all of them.
 */
function groupsIn({ inputs, outputs }: Metafile): readonly Group[] {
  const entryPoints = Object.values(outputs).flatMap(({ entryPoint }) => entryPoint ?? [])
  const loaded = new Map(entryPoints.map((file) => [file, loadedWith(file, outputs)]))
  const has = (file: string) => (entryPoint: string) => loaded.get(entryPoint)?.has(file) === true
  const clients = entryPoints.filter((file) => file.startsWith('bin/') && file !== 'bin/credbridge.ts')
  const all = [...clients, ...localStores, ...onlySomeCalls]
  const renamed = all.find((file) => !existsSync(join(root, file)))
  if (renamed !== undefined) throw new Error(`there is no ${renamed}`)
  // Other files need the global names while they are loaded.
  const first = needed(new Set([globals]), [], inputs)
  const isForAll = (file: string): boolean =>
    first.has(file) ||
    clients.every(has(file)) ||
    localStores.every(has(file)) ||
    (all.filter(has(file)).length >= several &&
      sizeOf(file, outputs) < small &&
      importsOf(file, inputs).every(isForAll))
  const callers = (file: string) => (isForAll(file) ? clients : all.filter(has(file)))
  const groups = new Map<string, string[]>()
  for (const file of new Set([...first, ...[...loaded.values()].flatMap((files) => [...files])])) {
    const by = callers(file)
    if (by.length > 0) groups.set(String(by), [...(groups.get(String(by)) ?? []), file])
  }
  const needs = [...loaded].map(([file, files]) => [file, needed(files, [...groups.values()], inputs)] as const)
  return [...groups].map(([by, files]) => {
    const ofAll = by === String(clients)
    const importers = needs.filter(([, all]) => ofAll || files.some((file) => all.has(file))).map(([file]) => file)
    return { files, importers: new Set(importers) }
  })
}

/** A client's call usually loads one of these two, so the files that both need are for all. */
const localStores = ['src/stores/secret-service/store.ts', 'src/stores/vault/store.ts']

/** What only some calls load later: the store of another machine, and what starts the program of a tool. */
const onlySomeCalls = ['src/stores/remote/open.ts', 'runtime/node/child_process.ts']

/** A file of fewer bytes is for all if at least so many calls need it. One more file to read would cost more (bench/NOTES.md). */
const small = 500
const several = 4

function sizeOf(file: string, outputs: Metafile['outputs']): number {
  return Math.max(...Object.values(outputs).map(({ inputs }) => inputs[file]?.bytesInOutput ?? 0))
}

/** What is loaded if each of these files brings its group and its imports along. */
function needed(
  files: ReadonlySet<string>,
  groups: readonly (readonly string[])[],
  inputs: Metafile['inputs'],
): ReadonlySet<string> {
  const all = new Set<string>()
  const add = (file: string) => {
    if (all.has(file)) return
    all.add(file)
    for (const group of groups) if (group.includes(file)) for (const other of group) add(other)
    for (const path of importsOf(file, inputs)) add(path)
  }
  for (const file of files) add(file)
  return all
}

function importsOf(file: string, inputs: Metafile['inputs']): readonly string[] {
  const imports = inputs[file]?.imports ?? []
  return imports
    .filter(({ kind, external }) => kind === 'import-statement' && external !== true)
    .map(({ path }) => path)
}

/** The source files that are loaded with an entry point. */
function loadedWith(entryPoint: string, outputs: Metafile['outputs']): ReadonlySet<string> {
  const sources = new Set<string>()
  const visited = new Set<string>()
  const visit = (file: string) => {
    const output = outputs[file]
    if (output === undefined || visited.has(file)) return
    visited.add(file)
    for (const source of Object.keys(output.inputs)) sources.add(source)
    for (const { path, kind } of output.imports) if (kind === 'import-statement') visit(path)
  }
  for (const [file, output] of Object.entries(outputs)) if (output.entryPoint === entryPoint) visit(file)
  if (entryPoint.startsWith('bin/')) sources.delete(entryPoint)
  return sources
}

/** As packaging/bun.ts has it: the files of bin/ are the list of commands. */
function allCommands(): string {
  const table = commands.map((name) => `  '${name}': () => import('../bin/${name}.ts'),\n`)
  const argv0 = '../src/edge/installation/argv0.ts'
  return `import { runByArgv0 } from '${argv0}'\n\nrunByArgv0({\n${table.join('')}})\n`
}

/** How the names of the modules begin that import the files of a group. */
const grouped = 'group:'

function native(groups: readonly Group[]): Plugin {
  const imported = (file: string) =>
    groups.flatMap(({ importers }, at) => (importers.has(file) ? `import '${grouped}${at}'\n` : [])).join('')
  return {
    name: 'native',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^host:/ }, ({ path }) => ({ path, external: true }))
      onResolve({ filter: /^required:/ }, ({ path }) => ({ path: `./node-${path.slice(9)}.js`, external: true }))
      onResolve({ filter: /^group:/ }, ({ path }) => ({ path: path.slice(6), namespace: 'group' }))
      onResolve({ filter: /./ }, ({ kind, path, resolveDir }) => {
        if (kind === 'entry-point') return undefined
        const name = path.startsWith('.') ? relative(root, join(resolveDir, path)) : path
        const file = join(root, instead[name] ?? `runtime/node/${name.replace(/^node:/, '')}.ts`)
        return existsSync(file) ? { path: file, sideEffects: false } : undefined
      })
      onLoad({ filter: /./, namespace: 'group' }, ({ path }) => {
        const files = groups[Number(path)]?.files ?? []
        const contents = files.map((file) => `export * from ${JSON.stringify(join(root, file))}\n`).join('')
        return { contents, resolveDir: root }
      })
      onLoad({ filter: /\.[jt]s$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8')
        const ours = withWeb.test(path) ? withNames(text) : text
        const whole = path.includes('/node_modules/') ? withImports(ours) : ours
        const contents = `${whole}\n${imported(relative(root, path))}`
        return { contents, loader: path.endsWith('.ts') ? 'ts' : 'js' }
      })
    },
  }
}

/** Imports the names of the web that the text has. The bundler drops those that are only part of a comment or a type. */
function withNames(text: string): string {
  const imported = Object.entries(web)
    .filter(([name]) => new RegExp(`\\b${name}\\b`).test(text))
    .map(([name, file]) => `import { ${name} } from ${JSON.stringify(join(root, 'runtime', 'web', `${file}.ts`))}\n`)
  return imported.join('') + text
}

/**
 * The host does dynamic imports. The engine's own `import()` needs the file name that the bytecode was compiled from,
 * which is stripped with the debug information.
 */
function loadedByHost({ text }: OutputFile): string {
  return text.replace(/\bimport\((?="\.\/[^"]+"\))/g, 'loadModule(')
}

/**
 * A package's `require` of a node: module becomes an import of a separate module. Otherwise the bundler would
 * initialise all that it reaches lazily, also for a client's call.
 */
function withImports(text: string): string {
  const imports = new Set<string>()
  const contents = text.replace(/\brequire\('(?:node:)?(\w+)'\)/g, (whole, name: string) => {
    if (!required.includes(name)) return whole
    imports.add(`import ${name === 'process' ? 'process$' : `* as ${name}$`} from 'required:${name}'\n`)
    return `${name}$`
  })
  return [...imports, contents].join('')
}
