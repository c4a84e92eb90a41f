import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { busAddress as addressFor } from '../../../src/stores/keychain/bus-address.ts'
import { startSession } from '../../real/session.ts'
import { inChild, needsKeyring, optionsIn } from './world.ts'

const busAddress = (env: Readonly<Record<string, string | undefined>>) => addressFor(env, process.getuid?.() ?? -1)

/** A folder that has a `bus`, as far as anybody looks. */
function runtimeFolder(name = 'run'): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'cb-bus-')), name)
  onTestFinished(() => rmSync(join(folder, '..'), { recursive: true, force: true }))
  mkdirSync(folder)
  writeFileSync(join(folder, 'bus'), '')
  return folder
}

describe('the address that the addon needs', () => {
  test('is left as it is where there is one', () => {
    const folder = runtimeFolder()
    for (const address of ['unix:path=/run/bus', 'unix:abstract=x,guid=00', 'tcp:host=localhost,port=1', 'rubbish']) {
      expect(busAddress({ DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: folder })).toBeUndefined()
    }
  })

  test('is the bus of the runtime folder where there is none', () => {
    const folder = runtimeFolder()
    const address = `unix:path=${folder}/bus`
    expect(busAddress({ XDG_RUNTIME_DIR: folder })).toBe(address)
    expect(busAddress({ XDG_RUNTIME_DIR: folder, DBUS_SESSION_BUS_ADDRESS: '' })).toBe(address)
  })

  test('is none where there is no bus', () => {
    const folder = runtimeFolder()
    rmSync(join(folder, 'bus'))
    for (const env of [{}, { XDG_RUNTIME_DIR: '' }, { XDG_RUNTIME_DIR: folder }, { XDG_RUNTIME_DIR: `${folder}/x` }]) {
      expect(busAddress(env)).toBeUndefined()
    }
  })

  test('is the first of several that is there', () => {
    const folder = runtimeFolder()
    const there = `unix:path=${folder}/bus,guid=00`
    const list = (...addresses: string[]) => busAddress({ DBUS_SESSION_BUS_ADDRESS: addresses.join(';') })
    expect(list('unix:path=/nowhere/bus', 'tcp:host=localhost,port=1', there, 'unix:abstract=x,guid=0')).toBe(there)
    expect(list('unix:path=/nowhere/bus', 'unix:abstract=x,guid=0', there)).toBe('unix:abstract=x,guid=0')
    expect(list('unix:path=/nowhere/bus', 'unix:abstract=x', there)).toBe(there)
    expect(list('unix:path=/nowhere/bus', '')).toBeUndefined()
  })

  test.runIf(process.getuid?.() === 0)("is no other user's", () => {
    const folder = runtimeFolder()
    chownSync(join(folder, 'bus'), 65_534, 65_534)
    const refused = expect.objectContaining({ code: 'refused', message: expect.stringContaining('another user') })
    const address = `unix:path=${folder}/bus`
    for (const env of [
      { DBUS_SESSION_BUS_ADDRESS: address },
      { XDG_RUNTIME_DIR: folder },
      { DBUS_SESSION_BUS_ADDRESS: `${address};${address}` },
    ]) {
      expect(() => busAddress(env)).toThrow(refused)
    }
    const good = `unix:path=${runtimeFolder()}/bus`
    expect(busAddress({ DBUS_SESSION_BUS_ADDRESS: `${address};${good}` })).toBe(good)
  })

  test('is none that anybody could have taken', () => {
    const refused = expect.objectContaining({ code: 'refused' })
    expect(() => busAddress({ DBUS_SESSION_BUS_ADDRESS: 'unix:abstract=x' })).toThrow(refused)
  })

  test('has escapes where a path needs them', () => {
    const folder = runtimeFolder('a b;c,ü%~')
    const address = busAddress({ XDG_RUNTIME_DIR: folder })
    expect(address).toMatch(/^unix:path=[-0-9A-Za-z_/.%]*$/)
    expect(address).toContain('a%20b%3Bc%2C%C3%BC%25%7e/bus')
    expect(busAddress({ DBUS_SESSION_BUS_ADDRESS: `unix:path=/nowhere;${address}` })).toBe(address)
  })
})

needsKeyring('a keychain', () => {
  test('is reached where only the runtime folder says where the bus is', async () => {
    const session = await startSession('unlocked', onTestFinished)
    const { DBUS_SESSION_BUS_ADDRESS: _, ...env } = session.env
    const steps = [
      { do: 'save', path: '/x', secret: 's' },
      { do: 'find', path: '/x' },
    ] as const
    const outcome = await inChild(env, { options: optionsIn(session), steps })
    expect(outcome.steps).toMatchObject([{}, { returned: [{ secret: 's' }] }])
  })

  test('is reached where its address is one of a list', async () => {
    const session = await startSession('unlocked', onTestFinished)
    const list = `unix:path=/nowhere/bus;${session.env['DBUS_SESSION_BUS_ADDRESS']}`
    const steps = [
      { do: 'save', path: '/x', secret: 's' },
      { do: 'find', path: '/x' },
    ] as const
    const env = { ...session.env, DBUS_SESSION_BUS_ADDRESS: list }
    const outcome = await inChild(env, { options: optionsIn(session), steps })
    expect(outcome.steps).toMatchObject([{}, { returned: [{ secret: 's' }] }])
  })
})
