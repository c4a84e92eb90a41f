import { onTestFinished } from 'vitest'
import { startWorld, type World } from '../real/world.ts'

export const at = 'https://git.example.com'
export const [keyring, vault] = ['secret-service', 'vault'] as const

export const inStore = (store: string) => ({ more: { CREDBRIDGE_STORE: store } })

export async function start(): Promise<World> {
  return startWorld('unlocked', onTestFinished)
}

export async function secretIn(world: World, store: string, endpoint: string): Promise<string> {
  return (await world.run('credbridge', ['get', endpoint], inStore(store))).stdout
}

export async function entriesIn(world: World, store: string): Promise<readonly string[]> {
  const { stdout } = await world.run('credbridge', ['list', '--json'], inStore(store))
  return (JSON.parse(stdout) as { endpoint: string }[]).map(({ endpoint }) => endpoint)
}

/** So many credentials in a store, each with its endpoint as its secret. */
export async function fill(world: World, store: string, count: number): Promise<readonly string[]> {
  const endpoints = Array.from({ length: count }, (_, number) => `${at}/${number}`)
  for (const endpoint of endpoints) await world.set(endpoint, 'ann', endpoint, inStore(store))
  return endpoints
}

/** What no store has any more. */
export async function lost(world: World, endpoints: readonly string[]): Promise<readonly string[]> {
  const [here, there] = [await entriesIn(world, keyring), await entriesIn(world, vault)]
  return endpoints.filter((endpoint) => !here.includes(endpoint) && !there.includes(endpoint))
}
