import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { manualPage } from '../src/commands/manual.ts'
import { buildProgram } from '../src/commands/program.ts'
import { thisCliContext } from '../src/edge/terminal/cli-context.ts'
import { manifest, root } from './project.ts'

/** Writes the files that ship beside the commands: the class for Python's keyring, the manual page. */
export async function ship(folder: string): Promise<void> {
  mkdirSync(join(folder, 'python'), { recursive: true })
  cpSync(
    join(root, 'src', 'tools', 'python', 'backend', 'credbridge_keyring.py'),
    join(folder, 'python', 'credbridge_keyring.py'),
  )
  mkdirSync(join(folder, 'man'), { recursive: true })
  writeFileSync(
    join(folder, 'man', 'credbridge.1'),
    manualPage(await buildProgram(await thisCliContext()), manifest.version),
  )
}
