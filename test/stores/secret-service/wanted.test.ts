import { expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { find, findWanted, list } from '../../../src/stores/secret-service/find.ts'
import { attributesOf, searchAt } from '../../../src/stores/secret-service/items.ts'
import type { Described, Service } from '../../../src/stores/secret-service/service.ts'
import { expectItems } from '../contract-world.ts'

/*
 * gnome-keyring looks through all its items for each one that it is asked about: so what is asked for, and how often, decides how
 * long a list of hundreds takes.
 */

const known = { asking: 'docker', before: [] }

/** A service that holds these items and counts what it is asked. */
function counting(items: readonly Described[]) {
  const asked = { describe: 0, search: 0 }
  const offered: Partial<Service> = {
    session: Promise.resolve({} as never),
    async search(searches) {
      asked.search += searches.length
      const found = items.filter(({ attributes }) => {
        return searches.some((search) => [...search].every(([name, value]) => attributes.get(name) === value))
      })
      return { unlocked: found.map(({ path }) => path), locked: [] }
    },
    collections: async () => [],
    async describe(path) {
      asked.describe++
      return items.find((item) => item.path === path)
    },
    foundBefore: new Map(),
    secrets: async (paths) => new Map(paths.map((path) => [path, Buffer.from(`secret of ${path}`)])),
  }
  return { service: offered as Service, asked }
}

function itemAt(index: number, owner: string): Described {
  const endpoint = parseAddress(`https://r${index}.example.com`)
  const attributes = attributesOf({ endpoint, account: 'alice', owner, kind: 'basic' })
  return { path: `/${owner}/${index}`, attributes, label: '', modified: index, locked: false }
}

const docker = Array.from({ length: 40 }, (_, index) => itemAt(index, 'docker'))
const git = Array.from({ length: 60 }, (_, index) => itemAt(index, 'git'))
/** secret-tool wrote it for docker, without a word about us. */
const strangers: Described = {
  path: '/strangers',
  attributes: searchAt({ endpoint: parseAddress('https://r7.example.com'), account: 'bob', owner: 'docker' }),
  label: '',
  modified: 100,
  locked: false,
}

test('each item is asked about once, and the answer is that of list and find', async () => {
  const { service, asked } = counting([...docker, ...git, strangers])
  const entries = (await list(service, known)).filter(({ owner }) => owner === 'docker')
  const endpoints = entries.map(({ endpoint }) => endpoint)
  const expected = await find(service, endpoints, undefined, known)
  expect(expected).toHaveLength(81)
  Object.assign(asked, { describe: 0, search: 0 })
  expectItems((await findWanted(service, ({ owner }) => owner === 'docker', known)) ?? [], expected)
  expect(asked.describe).toBe(101)
  expect(asked.search).toBeLessThanOrEqual(docker.length + 2)
})

test('what is locked is not told at once', async () => {
  const { service } = counting(docker)
  const search: Service['search'] = async () => ({ unlocked: ['/docker/1'], locked: ['/docker/2'] })
  expect(await findWanted({ ...service, search }, () => true, known)).toBeUndefined()
})

test('nor what goes meanwhile', async () => {
  const { service } = counting(docker)
  let seen = 0
  const describe: Service['describe'] = async (path) => (++seen > docker.length ? undefined : service.describe(path))
  const secrets: Service['secrets'] = async () => new Map()
  expect(await findWanted({ ...service, describe, secrets }, () => true, known)).toBeUndefined()
})
