import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished } from 'vitest'
import { listening } from '../real/listening.ts'
import { startTokenWorld, type TokenWorld } from '../real/token-world.ts'
import { until } from '../real/until.ts'

/* Calls that renew a token are killed with their process groups, at the worst moments. The grant must live. */

const asGit = 'protocol=https\nhost=git.example.com\n\n'

/** When the callers are killed: the renewing process has asked the provider, or the provider has just answered it. */
const moments = ['asked', 'answered'] as const

/** Renews so many times, each time with callers that are killed meanwhile. */
export async function killCallers(rounds: number): Promise<void> {
  const world = await startTokenWorld('vault', onTestFinished)
  const door = await startDoor(world)
  await world.signIn('alice', { endsIn: -1, renewal: { tokenEndpoint: door.tokenEndpoint } })
  for (let round = 0; round < rounds; round++) {
    const reached = door.next(moments[round % moments.length] ?? 'asked')
    const callers = Array.from({ length: 2 }, () => startCaller(world))
    const pass = await reached
    for (const caller of callers) killGroup(caller)
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) signalRenewing(world, signal)
    pass()
    await Promise.all(callers.map(ended))
    await until(async () => !isRenewing(world), 'the renewing process does not end')
  }
  const answer = await world.run('git-credential-credbridge', ['get'], { input: asGit })
  const token = /^password=(.*)$/m.exec(answer.stdout)?.[1] ?? ''
  expect(await world.provider.isValid(token)).toBe(true)
  expect(await world.provider.refreshes()).toBe(door.asked())
  expect(door.asked()).toBeGreaterThan(rounds)
}

interface Door {
  readonly tokenEndpoint: string
  /** When the next exchange has come so far it waits until the returned function is called. */
  next(moment: (typeof moments)[number]): Promise<() => void>
  asked(): number
}

/** In front of the provider's token endpoint. Its tokens have ended when they arrive, so that every call renews. */
async function startDoor({ provider }: TokenWorld): Promise<Door> {
  let count = 0
  let waiting: { readonly moment: string; readonly reached: (pass: () => void) => void } | undefined
  const at = async (moment: string) => {
    if (waiting?.moment !== moment) return
    const { reached } = waiting
    waiting = undefined
    await new Promise<void>((pass) => reached(pass))
  }
  const server = createServer(async (request, response) => {
    count++
    const body = await text(request)
    await at('asked')
    const headers = { 'content-type': request.headers['content-type'] ?? '' }
    const answer = await fetch(provider.tokenEndpoint, { method: 'POST', headers, body })
    const issued = (await answer.json()) as object
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ ...issued, expires_in: 0.1 }))
    await at('answered')
  })
  const port = await listening(server, onTestFinished)
  return {
    tokenEndpoint: `http://127.0.0.1:${port}/token`,
    next: (moment) =>
      new Promise((reached) => {
        waiting = { moment, reached }
      }),
    asked: () => count,
  }
}

function startCaller({ env }: TokenWorld): ChildProcess {
  const stdio = ['pipe', 'ignore', 'ignore'] as const
  const caller = spawn('git-credential-credbridge', ['get'], { env, stdio: [...stdio], detached: true })
  caller.stdin?.on('error', () => {})
  caller.stdin?.end(asGit)
  return caller
}

function killGroup({ pid = 0 }: ChildProcess): void {
  process.kill(-pid, 'SIGKILL')
}

async function ended(caller: ChildProcess): Promise<void> {
  if (caller.exitCode === null && caller.signalCode === null) await once(caller, 'exit')
}

function locks({ session }: TokenWorld): readonly string[] {
  const names = readdirSync(session.folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('-work.lock')).map((name) => join(session.folder, name))
}

function isRenewing(world: TokenWorld): boolean {
  return locks(world).length > 0
}

/** To the process that holds the right to work on the token, if it has not ended. */
function signalRenewing(world: TokenWorld, signal: NodeJS.Signals): void {
  try {
    for (const lock of locks(world))
      process.kill((JSON.parse(readFileSync(lock, 'utf8')) as { pid: number }).pid, signal)
  } catch (error) {
    if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
