import { dirname } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { endpointWords, hint, saidBy } from '../../core/hint.ts'
import { installedCommand, isBatchFile } from '../installed.ts'
import { throwAwayWord } from '../throw-away.ts'
import type { Machine, PlainSecret } from '../tool.ts'
import { endpointOf } from './address.ts'
import { listAnswer } from './list-answer.ts'
import type { HelperName } from './names.ts'

/** Enough time for a list of thousands of servers, in milliseconds. */
const listLimit = 60_000

/**
 * Returns our command on PATH, where clients look for it. Fails unless it runs and belongs to this installation. A
 * configured helper that is missing makes docker send other credentials (CVE-2021-41092), and one that other users can
 * replace receives passwords (CVE-2019-15752).
 */
export async function helperOnPath(machine: Machine, { command }: HelperName): Promise<string> {
  const ours = installedCommand(machine, command)
  const found = machine.program(command)
  if (found === undefined) {
    throw new Failure('unavailable', `${command} is not on PATH, where its clients look for it`, {
      hints: [hint`add ${dirname(ours)} to PATH, also where docker is started without a shell`],
    })
  }
  if (!machine.isOwnProgram(found)) {
    throw new Failure('refused', `another ${command} is first on PATH: ${found}`, {
      hints: [hint`remove that one, or put ${dirname(ours)} before it`],
    })
  }
  if (isBatchFile(found)) {
    throw new Failure('unavailable', `${found} is a batch file, which many of its clients cannot start`, {
      hints: [hint`credbridge setup docker`],
    })
  }
  if (machine.files.isWorldWritable(dirname(found))) {
    throw new Failure('refused', `other users can replace ${command} in ${dirname(found)}`, {
      hints: [hint`chmod o-w ${dirname(found)}`],
    })
  }
  const ran = await machine.run(found, ['version'])
  if (ran.exitCode === 0 && ran.stdout.startsWith(`${command} `)) return found
  throw new Failure('unavailable', `${found} does not run`, { hints: [hint`credbridge doctor`] })
}

/** Stores, finds, lists and erases a throw-away sign-in, as a client does. */
export async function proveHelper(machine: Machine, name: HelperName): Promise<string> {
  const { command } = name
  const helper = await helperOnPath(machine, name)
  const ask = (verb: string, input: string) => machine.run(helper, [verb], { input })
  const server = `try-${throwAwayWord()}.example.com`
  const secret = throwAwayWord()
  const stored = await ask('store', JSON.stringify({ ServerURL: server, Username: 'try-out', Secret: secret }))
  const found = await ask('get', server)
  const listed = await ask('list', 'unused')
  await ask('erase', server)
  const gone = await ask('get', server)
  const kept = found.stdout.includes(JSON.stringify(secret)) && listed.stdout.includes(JSON.stringify(server))
  if (kept && gone.exitCode === 1) return `${command} stored a throw-away sign-in, found it, listed it and erased it`
  const hints = stored.exitCode === 0 ? [] : [saidBy('it', stored.stdout.trim())]
  throw new Failure('internal', `${command} did not find the sign-in that it had stored`, {
    hints: [...hints, hint`credbridge doctor`],
  })
}

/** Checks that our command answers for each of these sign-ins when it is called as by its clients. */
export async function proveSignIns(
  machine: Machine,
  name: HelperName,
  secrets: readonly PlainSecret[],
): Promise<string> {
  const helper = await helperOnPath(machine, name)
  const listed = listAnswer(name.command, await machine.run(helper, ['list'], { input: 'unused', limit: listLimit }))
  const accounts = new Map(listed.map(([server, account]) => [endpointOf(server).key, account]))
  const lost = secrets
    .map(({ credential }) => credential)
    .find(({ endpoint, account }) => {
      return accounts.get(endpoint.key) !== account
    })
  if (lost === undefined)
    return `${name.command} answers for ${secrets.length === 1 ? 'this sign-in' : `all ${secrets.length} sign-ins`}`
  throw new Failure('internal', `${name.command} does not answer ${lost.account} for ${lost.endpoint.key}`, {
    hints: [hint`credbridge list ${endpointWords(lost.endpoint)}`, hint`nothing was removed from its old location`],
  })
}
