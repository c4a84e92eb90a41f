import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAddress, serviceName } from '../../src/core/endpoint.ts'
import { Secret } from '../../src/core/secret.ts'
import { printRequest } from '../../src/remote/requests.ts'
import { credentialAt, gitlab, grantFor, hostile, serveWorld } from '../serve/serve-world.ts'

/* The protocol is a promise: what version 1 said once, every later version of credbridge says on such a connection. */

const golden = readFileSync(join(import.meta.dirname, 'golden', 'version-1.txt'), 'utf8')
const registry = 'https://registry.example.com'
const steps = golden.trimEnd().split('\n')

test('the conversation is as it was written down', async () => {
  const backup = serviceName('backup')
  const grant = { ...grantFor(gitlab), allowed: [...[gitlab, registry].map(parseAddress), backup], saves: true }
  const items = [
    credentialAt(gitlab, { secret: new Secret('p@ss'), expires: 4_102_444_800, refreshToken: new Secret('refresh') }),
    credentialAt(gitlab, { owner: 'python', endpoint: backup, kind: 'text', secret: new Secret('a text') }),
  ]
  const world = await serveWorld(grant, items, { askPerson: async () => 'never' })
  const client = await hostile(world.path)
  for (const step of steps) {
    if (step.startsWith('> ')) client.send(`${step.slice(2)}\n`)
    else expect(await client.line()).toBe(step.slice(2))
  }
  await client.ended
})

test('the page has it, too', () => {
  expect(readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'serve.md'), 'utf8')).toContain(golden)
})

test('the store remote writes the same', () => {
  const lookup = { tool: 'git', kinds: ['basic'], endpoints: [parseAddress(gitlab)], refresh: true } as const
  expect(`> ${JSON.stringify(printRequest(1, { do: 'find', lookup }))}`).toBe(steps[2])
  const saved = credentialAt(gitlab, { secret: new Secret('p@ss') })
  const save = printRequest(4, { do: 'save', credential: saved, saving: { repeats: true } })
  expect(`> ${JSON.stringify(save)}`).toBe(steps[8])
  const listing = { tool: 'docker', kinds: ['basic', 'docker-identity'], oneAccount: true } as const
  expect(`> ${JSON.stringify(printRequest(6, { do: 'list', listing }))}`).toBe(steps[12])
  const removal = { tool: 'docker', kinds: ['basic'], endpoint: parseAddress(registry) } as const
  expect(`> ${JSON.stringify(printRequest(7, { do: 'remove', removal }))}`).toBe(steps[14])
})
