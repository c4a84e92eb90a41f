import { expect, test } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { dockerTool } from '../../../src/tools/docker/tool.ts'
import { testMachine } from '../../test-machine.ts'

const entry = (address: string) =>
  ({ endpoint: parseAddress(address), account: 'alice', owner: 'git', kind: 'basic' }) as const
const machine = (...programs: string[]) =>
  testMachine('/home', { program: (name) => (programs.includes(name) ? `/usr/bin/${name}` : undefined) })

test('clients that find only what is listed are named where they are installed', () => {
  const seeing = (address: string, ...programs: string[]) =>
    dockerTool.seeOnlyListed?.(entry(address), machine(...programs))
  expect(seeing('https://registry.example.com', 'podman', 'regctl', 'docker')).toEqual(['regctl', 'podman --remote'])
  expect(seeing('https://registry.example.com', 'docker')).toEqual([])
  expect(seeing('https://registry.example.com/group', 'podman')).toEqual([])
  expect(seeing('http://registry.example.com', 'podman')).toEqual([])
  expect(seeing('https://github.com', 'podman')).toEqual([])
})
