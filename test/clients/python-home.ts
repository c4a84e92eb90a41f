import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { installCommands, startedBy } from '../real/commands.ts'
import { run } from '../real/run.ts'
import { startSession } from '../real/session.ts'
import { client } from './python-world.ts'

/**
 * An empty home. PATH has a folder of its own, our commands, uv and pip, and these folders. The only keyring on it is one
 * that a test puts there.
 */
export async function openHome(...folders: string[]) {
  const session = await startSession('no-bus', onTestFinished)
  const commands = installCommands(join(session.folder, 'commands'))
  symlinkSync(client('tools', 'uv'), join(commands, 'uv'))
  symlinkSync(client('pip-new', 'pip'), join(commands, 'pip'))
  const early = join(session.folder, 'home', 'early')
  mkdirSync(early)
  const path = [early, commands, ...folders].join(':')
  const env = { ...session.env, PATH: path, CREDBRIDGE_STORE: 'vault' }
  const at = (...names: string[]) => join(session.folder, ...names)
  return {
    session,
    env,
    commands,
    early,
    ours: startedBy('credbridge-keyring', commands, join(session.folder, 'data')),
    at,
    read: (...names: string[]) => readFileSync(at(...names), 'utf8'),
    write(text: string, ...names: string[]) {
      mkdirSync(dirname(at(...names)), { recursive: true })
      writeFileSync(at(...names), text)
    },
    credbridge: (...words: string[]) =>
      run(join(commands, 'credbridge'), words, { env, timeout: 100_000, cwd: session.folder }),
    run: (program: string, ...words: string[]) => run(program, words, { env, timeout: 100_000 }),
    async python(environment: 'tools' | 'flyte', script: string, ...words: string[]) {
      return (await run(client(environment, 'python'), ['-c', script, ...words], { env })).stdout
    },
  }
}

export function putKeyring(folder: string): string {
  const path = join(folder, 'keyring')
  writeFileSync(path, '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  return path
}
