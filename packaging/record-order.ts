import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSession } from '../test/real/session.ts'
import { compile, orderFile } from './compile.ts'
import { targetNamed } from './targets.ts'

/*
 * npm run record-order: notes which pieces of bytecode the calls of clients use, for the compiler to lay them out
 * together. It needs gnome-keyring. What it notes is kept in the repository, so that two builds are the same; code that
 * changed since then only lies elsewhere. https://bun.com/reference/bun/CompileBuildOptions/bytecodeOrder
 */

const calls = [
  ['git-credential-credbridge', 'store', 'protocol=https\nhost=git.example.com\nusername=alice\npassword=p@ss\n'],
  ['git-credential-credbridge', 'get', 'protocol=https\nhost=git.example.com\n'],
  ['docker-credential-credbridge', 'store', '{"ServerURL":"registry.example.com","Username":"alice","Secret":"p@ss"}'],
  ['docker-credential-credbridge', 'get', 'registry.example.com'],
  ['docker-credential-credbridge', 'list', 'unused'],
  ['credbridge-keyring', 'set https://pypi.example.com/simple/ alice', 'p@ss\n'],
  ['credbridge-keyring', '--mode creds --output json get https://pypi.example.com/simple/', ''],
] as const

const folder = mkdtempSync(join(tmpdir(), 'cb-order-'))
const ends = [async () => rmSync(folder, { recursive: true, force: true })]
try {
  const { env } = await startSession('unlocked', (work) => ends.push(work))
  const executable = join(folder, 'credbridge')
  compile(targetNamed(undefined), executable, false)
  const lines = new Set<string>()
  for (const store of ['secret-service', 'vault']) {
    for (const [command, words, input] of calls) {
      const noted = join(folder, 'order')
      const link = join(folder, command)
      symlinkSync(executable, link)
      const recording = { ...env, CREDBRIDGE_STORE: store, BUN_BYTECODE_ORDER_OUT: noted }
      execFileSync(link, words.split(' '), { env: recording, input, stdio: ['pipe', 'ignore', 'inherit'] })
      for (const line of readFileSync(noted, 'utf8').split('\n')) if (isWorthKeeping(line)) lines.add(line)
      rmSync(link)
    }
  }
  writeFileSync(orderFile, `${[...lines].join('\n')}\n`)
} finally {
  for (const end of ends.toReversed()) await end()
}

/** The version, functions, modules and names. The many strings and keys bring nothing that could be measured. */
function isWorthKeeping(line: string): boolean {
  return /^(v|[FMN] )/.test(line)
}
