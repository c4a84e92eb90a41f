import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { selfSigned } from '../real/certificate.ts'
import { built } from '../real/commands.ts'
import { listening } from '../real/listening.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { startWorld } from '../real/world.ts'

/* Programs that read .netrc, given our entries by the shell. */

const plain = ['alice', 's3cret'] as const
const odd = ['a "b\\', '#p\\"ä \'w'] as const
const header = ([user, password]: readonly [string, string]) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

async function openWorld(host = '127.0.0.1') {
  const world = await startWorld('no-bus', onTestFinished)
  const { key, cert, file } = selfSigned(join(world.session.folder, 'tls'), 'IP:127.0.0.1')
  let seen: string[] = []
  const listen = async (server: ReturnType<typeof createServer>) => {
    server.on('request', ({ headers: { authorization = '-' } }, response) => {
      seen.push(authorization)
      const isIn = authorization !== '-'
      response.writeHead(isIn ? 200 : 401, { 'www-authenticate': 'Basic realm="x"' }).end('it\n')
    })
    return listening(server, onTestFinished, host)
  }
  const secure = await listen(createSecureServer({ key, cert }) as ReturnType<typeof createServer>)
  const env = { CREDBRIDGE_STORE: 'vault', CERT: file }
  const netrc = join(world.env['HOME'] ?? '', '.netrc')
  return {
    site: `https://${host}:${secure}`,
    netrc,
    read: () => (existsSync(netrc) ? readFileSync(netrc, 'utf8') : undefined),
    put: (text: string) => writeFileSync(netrc, text, { mode: 0o600 }),
    seen() {
      const all = seen
      seen = []
      return all
    },
    credbridge: (...words: readonly string[]) => world.run('credbridge', words, { more: env }),
    set: (site: string, [account, secret]: readonly [string, string]) =>
      world.set(site, account, secret, { more: env }),
    bash: (script: string, ...words: readonly string[]) =>
      world.run('bash', ['-c', script, 'bash', ...words], { more: env }),
  }
}

const python = `
import netrc, sys
print(*netrc.netrc(sys.argv[1]).authenticators("127.0.0.1"), sep="|")
`

needs('the build (npm run build)', built)('built', () => {
  needsPrograms(
    'bash',
    'openssl',
    'curl',
  )('curl', () => {
    test.each([plain, odd])('%j %j: curl sends what is stored', async (...account) => {
      const it = await openWorld()
      await it.set(it.site, account)
      const ran = await it.bash('curl -sS --cacert "$CERT" --netrc-file <(credbridge netrc "$1") "$1/x"', it.site)
      expect(ran).toMatchObject({ stdout: 'it\n', stderr: '', exitCode: 0 })
      expect(it.seen()).toEqual([header(account)])
    })

    test('a file that curl has read moves into the store, and back', async () => {
      const it = await openWorld()
      const text = `# mine\nmachine 127.0.0.1 login alice password s3cret\nmachine b.example.com # b\n  login "b b" password "p"\n`
      it.put(text)
      const curl = () => it.bash('curl -sS --netrc --cacert "$CERT" "$1/x"', it.site)
      expect((await curl()).stdout).toBe('it\n')
      expect(it.seen()).toEqual([header(plain)])
      const dry = await it.credbridge('import', 'netrc', '-n')
      expect(dry).toMatchObject({ exitCode: 0 })
      expect(it.read()).toBe(text)
      const moved = await it.credbridge('import', 'netrc', '--yes')
      expect(moved).toMatchObject({ stderr: `${dry.stderr}2 moved\n`, exitCode: 0 })
      expect(dry.stderr).toContain(`${it.netrc}, line 3: b b at https://b.example.com\n`)
      expect(it.read()).toBe('# mine\n# b\n')
      await curl()
      expect(it.seen()).toEqual(['-'])
      const printed = await it.credbridge('netrc', 'https://127.0.0.1', 'https://b.example.com')
      expect(printed.stdout).toBe(
        'machine 127.0.0.1 login alice password s3cret\nmachine b.example.com login "b b" password p\n',
      )
      expect((await it.credbridge('doctor')).stdout).not.toContain('netrc: ')
      expect(await it.credbridge('import', 'netrc', '--undo', '--yes')).toMatchObject({
        stderr: expect.stringContaining('2 written back\n'),
        exitCode: 0,
      })
      expect(it.read()).toBe(text)
      expect((await it.credbridge('doctor')).stdout).toContain(
        `note    netrc: 2 passwords are readable in ${it.netrc}\n        fix: credbridge import netrc\n`,
      )
    })

    test('git finds what was in the file', async () => {
      const it = await openWorld()
      it.put('machine git.example.com login alice password s3cret\n')
      await it.credbridge('import', 'netrc', '--yes')
      const asked = await it.bash(
        'printf "protocol=https\\nhost=git.example.com\\n\\n" | git-credential-credbridge get',
      )
      expect(asked.stdout).toContain('username=alice\npassword=s3cret\n')
    })
  })

  needsPrograms(
    'bash',
    'openssl',
    'wget',
  )('wget', () => {
    test.each([plain, odd])('%j %j: wget sends what is stored', async (...account) => {
      const it = await openWorld()
      await it.set(it.site, account)
      const script = 'credbridge netrc "$1" > "$HOME/.netrc"; wget -q --ca-certificate="$CERT" -O - "$1/x"'
      expect(await it.bash(script, it.site)).toMatchObject({ stdout: 'it\n', stderr: '', exitCode: 0 })
      expect(it.seen()).toEqual(['-', header(account)])
    })
  })

  needsPrograms(
    'bash',
    'openssl',
    'python3',
  )('Python', () => {
    test.each([plain, odd])('%j %j: Python reads what is stored', async (...account) => {
      const it = await openWorld()
      await it.set(it.site, account)
      const { stdout } = await it.bash('credbridge netrc "$1" > "$HOME/n"; python3 -c "$2" "$HOME/n"', it.site, python)
      expect(stdout).toMatch(/\|/)
      const [user, , password] = stdout.trimEnd().split('|')
      expect([user, password]).toEqual(account)
    })
  })
})
