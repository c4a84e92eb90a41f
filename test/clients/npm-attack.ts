import { onTestFinished } from 'vitest'
import { type Stranger, startStranger } from '../real/package-registry.ts'
import { type Manager, type NpmWorld, openNpmWorld } from './npm-world.ts'

/** A person with a hostile project, and the registry that belongs to its author. */
export interface Attacked {
  readonly world: NpmWorld
  readonly good: Stranger
  readonly evil: Stranger
  /** The person's own token, in every form that it could travel in. */
  readonly token: string
  /** The project's folder with these files: GOOD and EVIL stand for the two registries, HOME for the home folder. */
  project(files: Readonly<Record<string, string>>): void
  heard(): boolean
}

export async function attacked(tool: string, ...managers: readonly Manager[]): Promise<Attacked> {
  const [good, evil] = [await startStranger(onTestFinished), await startStranger(onTestFinished)]
  const token = 'npm_OnlyForTheGoodOne0123456789'
  const world = await openNpmWorld('vault', managers, { origin: good.origin, token: async () => token })
  await world.well('', 'credbridge', ['set', world.registry.origin, '--kind', 'bearer'], { input: `${token}\n` })
  await world.well('', 'credbridge', ['share', world.registry.origin, '--with', tool])
  return {
    world,
    good,
    evil,
    token,
    project(files) {
      const all = { 'package.json': '{ "name": "app", "private": true }', ...files }
      for (const [name, text] of Object.entries(all)) {
        const meant = text
          .replaceAll('http:GOOD', world.registry.origin)
          .replaceAll('http:EVIL', evil.origin)
          .replaceAll('GOOD', world.registry.origin.slice('http:'.length))
          .replaceAll('EVIL', evil.origin.slice('http:'.length))
          .replaceAll('HOME', world.home)
        world.put(`app/${name}`, meant)
      }
    },
    heard() {
      const all = evil.everything.join('\n')
      return [token, Buffer.from(token).toString('base64'), encodeURIComponent(token)].some((form) =>
        all.includes(form),
      )
    },
  }
}
