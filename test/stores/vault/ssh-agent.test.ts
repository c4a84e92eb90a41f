import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { parseAddress } from '../../../src/core/endpoint.ts'
import { Secret } from '../../../src/core/secret.ts'
import { addSlot } from '../../../src/stores/vault/manage.ts'
import { type AgentSocket, field } from '../../../src/stores/vault/slots/agent.ts'
import { forAgent } from '../../../src/stores/vault/slots/make.ts'
import {
  chooseAgentKey,
  fingerprint,
  provenSecretOfAgent,
  secretOfAgent,
} from '../../../src/stores/vault/slots/ssh-agent.ts'
import { connectByNet } from '../../../src/system/unix-socket-net.ts'
import { someone } from '../../asker.ts'
import { type Agent, startAgent } from '../../real/agent.ts'
import { thorough, usual, usually } from '../../real/depth.ts'
import { needsPrograms } from '../../real/require.ts'
import { credential } from '../contract-world.ts'
import { emptyFolder, storeOf, vaultIn } from './place.ts'

const vault = '00112233445566778899aabbccddeeff'
const suite = needsPrograms('ssh-agent', 'ssh-add', 'ssh-keygen')

async function agentForTest(): Promise<Agent> {
  const agent = await startAgent()
  onTestFinished(() => agent.end())
  return agent
}

/** The agent at this socket, which this user must own. */
function at(path: string): AgentSocket {
  return { path, userId: process.getuid?.(), connector: async () => connectByNet }
}

function publicKeyOf(file: string): string {
  return readFileSync(`${file}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')
}

function slotFor(publicKey: string) {
  const challenge = Buffer.alloc(32, 7).toString('base64url')
  return { type: 'ssh-agent', id: '0123456789abcdef', publicKey, challenge } as const
}

suite('a vault and a real SSH agent', () => {
  usual("its signature equals that of ssh-keygen in credbridge's namespace", async () => {
    const agent = await agentForTest()
    const file = await agent.addKey('ed25519')
    const slot = slotFor(publicKeyOf(file))
    const message = Buffer.concat([
      Buffer.from(vault, 'hex'),
      Buffer.from(slot.id, 'hex'),
      Buffer.from(slot.challenge, 'base64url'),
    ])
    const signed = spawnSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'credbridge-vault', '-f', file], {
      input: message,
    })
    const armored = signed.stdout.toString().split('\n').slice(1, -2).join('')
    const theirs = Buffer.from(armored, 'base64').subarray(-64)
    expect((await secretOfAgent(at(agent.socket), vault, slot))?.toString('hex')).toBe(theirs.toString('hex'))
  })

  usual('another vault, slot or challenge gives another secret', async () => {
    const agent = await agentForTest()
    const slot = slotFor(publicKeyOf(await agent.addKey('ed25519')))
    const of = async (id: string, other: object = {}) =>
      (await secretOfAgent(at(agent.socket), id, { ...slot, ...other }))?.toString('hex')
    const secrets = [
      await of(vault),
      await of(vault.replace('0', '1')),
      await of(vault, { id: 'fedcba9876543210' }),
      await of(vault, { challenge: Buffer.alloc(32, 8).toString('base64url') }),
    ]
    expect(new Set(secrets).size).toBe(4)
    expect(await of(vault)).toBe(secrets[0])
  })

  thorough('the only plain ed25519 key is chosen among others', async () => {
    const agent = await agentForTest()
    await agent.addKey('rsa')
    const file = await agent.addKey('ed25519')
    await agent.addKey('ecdsa')
    expect(await chooseAgentKey(at(agent.socket))).toBe(publicKeyOf(file))
  })

  usual('several keys are ambiguous until one is named by fingerprint or comment', async () => {
    const agent = await agentForTest()
    const first = publicKeyOf(await agent.addKey('ed25519'))
    const second = publicKeyOf(await agent.addKey('ed25519'))
    await expect(chooseAgentKey(at(agent.socket))).rejects.toMatchObject({
      code: 'ambiguous',
      hints: [first, second].map((key) => `credbridge vault add-slot ssh-agent --key ${fingerprint(key)}`),
    })
    expect(await chooseAgentKey(at(agent.socket), fingerprint(second))).toBe(second)
    expect(await chooseAgentKey(at(agent.socket), 'ed25519-1')).toBe(first)
  })

  usual.each(['rsa', 'ecdsa'])('a key of type %s is unsupported, with the reason', async (type) => {
    const agent = await agentForTest()
    await agent.addKey(type)
    await expect(chooseAgentKey(at(agent.socket))).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining(type),
    })
  })

  usual('an agent without keys is unavailable', async () => {
    const agent = await agentForTest()
    await expect(chooseAgentKey(at(agent.socket))).rejects.toMatchObject({ code: 'unavailable' })
  })

  usual('a key that is bound to a destination is unsupported', async () => {
    const agent = await agentForTest()
    const folder = emptyFolder()
    const host = await agent.addKey('ed25519')
    const hosts = join(folder, 'known_hosts')
    writeFileSync(hosts, `git.example.com ${publicKeyOf(host)}\n`)
    const bound = await agent.addKey('ed25519', '-h', 'git.example.com', '-H', hosts)
    await expect(provenSecretOfAgent(at(agent.socket), vault, slotFor(publicKeyOf(bound)))).rejects.toMatchObject({
      code: 'unsupported',
    })
  })

  thorough('an agent that does not answer is a timeout', async () => {
    const agent = await agentForTest()
    const slot = slotFor(publicKeyOf(await agent.addKey('ed25519')))
    agent.stop()
    await expect(secretOfAgent(at(agent.socket), vault, slot)).rejects.toMatchObject({ code: 'timeout' })
  })

  usual(
    'without the key, without an agent or with a dead one the vault is locked, and the failure names the key',
    async () => {
      const agent = await agentForTest()
      const options = vaultIn(emptyFolder(), { agent: agent.socket })
      const file = await agent.addKey('ed25519')
      await addSlot(options, forAgent(options))
      const at = parseAddress('https://git.example.com')
      await storeOf(options).save(someone, credential(at, { secret: new Secret('s3') }))
      expect(await storeOf(options).find(someone, [at])).toHaveLength(1)
      const other = await agentForTest()
      const wanted = fingerprint(publicKeyOf(file))
      for (const socket of [other.socket, undefined]) {
        const { agent: _, ...without } = options
        const store = storeOf(socket === undefined ? without : { ...options, agent: socket })
        await expect(store.find(someone, [at])).rejects.toMatchObject({
          code: 'locked',
          hints: expect.arrayContaining([expect.stringContaining(wanted)]),
        })
      }
      const dead = storeOf({ ...options, agent: join(emptyFolder(), 'nobody') })
      await expect(dead.find(someone, [at])).rejects.toMatchObject({ code: 'unavailable' })
    },
  )
})

usually(suite)('a vault and agents that behave oddly', () => {
  /** An agent that sends these answers, byte by byte. */
  async function oddAgent(answer: (request: Buffer) => Buffer): Promise<string> {
    const path = join(emptyFolder(), 'agent')
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', (request) => {
        for (const byte of answer(request)) socket.write(Buffer.of(byte))
      })
    })
    await new Promise<void>((resolve) => server.listen(path, resolve))
    onTestFinished(() => void server.close())
    return path
  }

  const message = (...parts: Buffer[]) => field(Buffer.concat(parts))
  const number = (value: number) => Buffer.of(0, 0, 0, value)
  const slot = slotFor(
    `ssh-ed25519 ${Buffer.concat([field('ssh-ed25519'), field(Buffer.alloc(32, 1))]).toString('base64')}`,
  )
  const signature = (bytes: Buffer) =>
    message(Buffer.of(14), field(Buffer.concat([field('ssh-ed25519'), field(bytes)])))

  usual.each(['sk-ssh-ed25519@openssh.com', 'ssh-ed25519-cert-v01@openssh.com'])(
    'a key of type %s is unsupported',
    async (type) => {
      const blob = Buffer.concat([field(type), field(Buffer.alloc(32, 1))])
      const socket = await oddAgent(() => message(Buffer.of(12), number(1), field(blob), field('a key')))
      await expect(chooseAgentKey(at(socket))).rejects.toMatchObject({
        code: 'unsupported',
        message: expect.stringContaining(type),
      })
    },
  )

  usual('an agent that signs differently each time is unsupported', async () => {
    let count = 0
    const socket = await oddAgent(() => signature(Buffer.alloc(64, count++)))
    await expect(provenSecretOfAgent(at(socket), vault, slot)).rejects.toMatchObject({ code: 'unsupported' })
  })

  usual('an agent that sends the same bytes without having the key is unsupported', async () => {
    const socket = await oddAgent(() => signature(Buffer.alloc(64, 9)))
    await expect(provenSecretOfAgent(at(socket), vault, slot)).rejects.toMatchObject({ code: 'unsupported' })
  })

  usual('a signature of another type opens nothing', async () => {
    const blob = Buffer.concat([field('rsa-sha2-512'), field(Buffer.alloc(64))])
    const socket = await oddAgent(() => message(Buffer.of(14), field(blob)))
    expect(await secretOfAgent(at(socket), vault, slot)).toBeUndefined()
  })

  usual.each([
    ['an endless answer', Buffer.from('7fffffff', 'hex')],
    ['an empty answer', Buffer.alloc(4)],
    ['a list that ends too early', message(Buffer.of(12), number(3))],
    ['an answer to something else', message(Buffer.of(6))],
  ])('%s is unavailable', async (_, bytes) => {
    const socket = await oddAgent(() => bytes)
    await expect(chooseAgentKey(at(socket))).rejects.toMatchObject({ code: 'unavailable' })
  })
})
