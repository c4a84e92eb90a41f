import { expect, test } from 'vitest'
import { parseAddress } from '../../src/core/endpoint.ts'
import { helperStore } from '../../src/stores/helper.ts'

/** A helper that keeps what docker stored in it, under exactly these servers. */
function storeWith(...servers: readonly string[]) {
  const asked: string[] = []
  const store = helperStore({
    name: 'fake',
    program: '/fake',
    owner: 'docker',
    limit: 1000,
    run: async (_program, [verb], options) => {
      const server = options?.input ?? ''
      if (verb === 'get') asked.push(server)
      if (!servers.includes(server)) {
        return { stdout: 'credentials not found in native keychain\n', stderr: '', exitCode: 1 }
      }
      return { stdout: JSON.stringify({ ServerURL: server, Username: 'alice', Secret: 's' }), stderr: '', exitCode: 0 }
    },
  })
  return { store, asked }
}

test.each([
  ['https://docker.io', 'https://index.docker.io/v1/'],
  ['https://docker.io', 'docker.io'],
  ['https://index.docker.io/v1/access-token', 'https://index.docker.io/v1/access-token'],
  ['https://registry.example.com:5000', 'registry.example.com:5000'],
  ['https://registry.example.com', 'https://registry.example.com/'],
  ['https://gcr.example.com/proj/img', 'gcr.example.com/proj/img'],
  ['http://registry.example.com', 'http://registry.example.com'],
])('%s is found where docker stored it as %s', async (key, server) => {
  expect(await storeWith(server).store.find([parseAddress(key)])).toMatchObject([{ account: 'alice' }])
})

test('no spelling is asked for twice, and none of another endpoint', async () => {
  const { store, asked } = storeWith()
  expect(await store.find([parseAddress('http://registry.example.com/v2')])).toEqual([])
  expect(await store.find([parseAddress('https://registry.example.com')])).toEqual([])
  expect(asked).toEqual([
    'http://registry.example.com/v2',
    'http://registry.example.com/v2/',
    'https://registry.example.com',
    'https://registry.example.com/',
    'registry.example.com',
  ])
})
