import type { Asker } from '../src/core/asker.ts'
import type { Store } from '../src/core/store.ts'

/** Whoever asks a store in a test: no tool that the store knows, and nobody there to be asked. */
export const someone: Asker = { tool: 'somebody', personPresent: false }

/** The same store, always asked by this asker. */
export function askedBy(asker: Partial<Asker>, store: Store): Store {
  const who = { ...someone, ...asker }
  return {
    name: store.name,
    traits: store.traits,
    find: (_, ...rest) => store.find(who, ...rest),
    save: (_, ...rest) => store.save(who, ...rest),
    remove: (_, ...rest) => store.remove(who, ...rest),
    list: () => store.list(who),
    problems: async () => (await store.problems?.(who)) ?? [],
    removeUnreadable: async (_, ...rest) => (await store.removeUnreadable?.(who, ...rest)) ?? 0,
    tidy: async () => store.tidy?.(who),
    alone: (_, ...rest) => store.alone(who, ...rest),
  }
}
