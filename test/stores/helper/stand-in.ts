import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openHelper } from '../../../src/stores/helper/store.ts'
import { runIn } from '../../../src/system/child.ts'
import { programOnPath } from '../../../src/system/programs.ts'
import { testMachine } from '../../test-machine.ts'

const run = runIn(process.env)

/** One recorded call of a stand-in: its arguments and environment, which other users may see, and its input. */
export interface Seen {
  readonly verb: string
  readonly input: string
  readonly commandLine: string
  readonly environment: string
  readonly folder: string
}

/** A program with the name of a helper, in a separate folder. */
export interface StandIn {
  readonly folder: string
  readonly program: string
  /** Every call so far. */
  seen(): readonly Seen[]
  /** Its entries: server to user name and secret. */
  kept(): Record<string, [user: string, secret: string]>
  keep(entries: Record<string, [user: string, secret: string]>): void
}

/** It works as a real helper. */
export const keeper = `
const { verb, input, entries, write } = helper
const message = verb === 'store' ? JSON.parse(input) : {}
if (verb === 'store') write({ ...entries, [message.ServerURL]: [message.Username, message.Secret] })
else if (verb === 'erase') { delete entries[input]; write(entries) }
else if (verb === 'list') console.log(JSON.stringify(Object.fromEntries(Object.entries(entries).map(([server, [user]]) => [server, user]))))
else if (entries[input] === undefined) { console.log('credentials not found in native keychain'); process.exitCode = 1 }
else console.log(JSON.stringify({ ServerURL: input, Username: entries[input][0], Secret: entries[input][1] }))
`

/** Makes a helper that works as a real one, or runs the script, which can use `helper`. */
export function standIn(command = 'docker-credential-other', script = keeper): StandIn {
  const folder = mkdtempSync(join(tmpdir(), 'credbridge-helper-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [program, log, data] = [command, 'log', 'data'].map((name) => join(folder, name)) as [string, string, string]
  writeFileSync(data, '{}')
  writeFileSync(log, '')
  writeFileSync(
    program,
    `#!${process.execPath}
const fs = require('node:fs')
const [commandLine, environment] = ['cmdline', 'environ'].map((file) => fs.readFileSync('/proc/self/' + file, 'utf8'))
const [verb, input] = [process.argv[2], fs.readFileSync(0, 'utf8')]
fs.appendFileSync(${JSON.stringify(log)}, JSON.stringify({ verb, input, commandLine, environment, folder: process.cwd() }) + '\\n')
const helper = {
  verb,
  input,
  entries: JSON.parse(fs.readFileSync(${JSON.stringify(data)}, 'utf8')),
  write: (entries) => fs.writeFileSync(${JSON.stringify(data)}, JSON.stringify(entries)),
}
{
${script}
}
`,
  )
  chmodSync(program, 0o755)
  return {
    folder,
    program,
    seen: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    kept: () => JSON.parse(readFileSync(data, 'utf8')),
    keep: (entries) => writeFileSync(data, JSON.stringify(entries)),
  }
}

/** The helper store of this name, with these folders as PATH. */
export function open(name: string, folders: readonly string[], more: { installedIn?: string; inside?: boolean } = {}) {
  const env = { PATH: folders.join(':'), ...(more.inside === true ? { CREDBRIDGE_INSIDE_HELPER: '1' } : {}) }
  const state = mkdtempSync(join(tmpdir(), 'credbridge-state-'))
  onTestFinished(() => rmSync(state, { recursive: true, force: true }))
  return openHelper(
    name,
    testMachine(state, {
      env,
      run,
      program: (command) => programOnPath(command, env),
      isOwnProgram: (path) => more.installedIn !== undefined && realpathSync(path).startsWith(`${more.installedIn}/`),
    }),
  )
}
