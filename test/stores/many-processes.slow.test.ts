import { describe, expect, onTestFinished, test } from 'vitest'
import { needsOpenbao, startOpenbao } from '../real/openbao.ts'
import { needsPrograms } from '../real/require.ts'
import { run } from '../real/run.ts'
import { startSession } from '../real/session.ts'

/* Many processes count at one place: none may overwrite what another one has counted. */

const processes = 4
const times = 5
const child = new URL('counting-child.ts', import.meta.url).pathname
const reader = new URL('reading-child.ts', import.meta.url).pathname

needsPrograms(
  'dbus-daemon',
  'gnome-keyring-daemon',
  'docker-credential-secretservice',
)('many processes', () => {
  describe.each(['vault', 'secret-service', 'keychain', 'helper:secretservice'])('%s', (store) => {
    test.each(['turns', 'conditions'])(
      'counting by %s, nothing is lost',
      async (how) => {
        const session = await startSession(store === 'vault' ? 'no-bus' : 'unlocked', onTestFinished)
        const node = (file: string, ...words: string[]) =>
          run(process.execPath, ['--import', 'tsx', file, store, ...words], { env: session.env, timeout: 110_000 })
        const outcomes = await Promise.all(Array.from({ length: processes }, () => node(child, how, `${times}`)))
        expect(outcomes.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(outcomes.map(() => [0, '']))
        expect((await node(reader)).stdout).toBe(`${processes * times}\n`)
      },
      120_000,
    )
  })
})

needsOpenbao('many processes with a server', () => {
  test.each(['turns', 'conditions'])(
    'counting by %s, nothing is lost',
    async (how) => {
      const [bao, session] = [await startOpenbao(onTestFinished), await startSession('no-bus', onTestFinished)]
      const { token } = await bao.person('ann')
      const env = { ...session.env, BAO_ADDR: bao.address, BAO_TOKEN: token }
      const node = (file: string, ...words: string[]) =>
        run(process.execPath, ['--import', 'tsx', file, 'openbao', ...words], { env, timeout: 110_000 })
      const outcomes = await Promise.all(Array.from({ length: processes }, () => node(child, how, `${times}`)))
      expect(outcomes.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(outcomes.map(() => [0, '']))
      expect((await node(reader)).stdout).toBe(`${processes * times}\n`)
    },
    120_000,
  )
})
