import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { run } from './run.ts'
import type { AtEnd } from './session.ts'
import { until } from './until.ts'

/** A real Gitea on loopback, with its built-in OAuth clients and one user. */
export interface Gitea {
  readonly base: string
  readonly user: string
  readonly password: string
}

/** Starts `gitea`. It is tried with 1.26; for a build without embedded files GITEA_STATIC_ROOT_PATH names its sources. */
export async function startGitea(atEnd: AtEnd): Promise<Gitea> {
  const folder = mkdtempSync(join(tmpdir(), 'cb-gitea-'))
  atEnd(async () => rmSync(folder, { recursive: true, force: true }))
  const port = await freePort()
  const base = `http://127.0.0.1:${port}`
  const settings = join(folder, 'app.ini')
  writeFileSync(settings, appIni(folder, port, base))
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder }
  const words = ['--config', settings, '--work-path', folder]
  const [user, password] = ['ann', 'correct horse battery']
  const prepared = await run('gitea', ['migrate', ...words], { env })
  const names = ['--username', user, '--password', password, '--email', 'ann@example.com']
  const made = await run('gitea', ['admin', 'user', 'create', ...names, '--must-change-password=false', ...words], {
    env,
  })
  if (made.exitCode !== 0) throw new Error(`no user: ${prepared.stdout}${prepared.stderr}${made.stdout}${made.stderr}`)
  const server = spawn('gitea', ['web', ...words], { env, stdio: 'ignore' })
  atEnd(async () => {
    if (server.exitCode !== null) return
    server.kill('SIGKILL')
    await once(server, 'close')
  })
  const answers = () =>
    fetch(`${base}/api/v1/version`).then(
      ({ ok }) => ok,
      () => false,
    )
  await until(answers, 'Gitea does not answer')
  return { base, user, password }
}

function appIni(folder: string, port: number, base: string): string {
  const files = process.env['GITEA_STATIC_ROOT_PATH']
  return [
    'I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true',
    '[server]',
    `HTTP_ADDR = 127.0.0.1\nHTTP_PORT = ${port}\nROOT_URL = ${base}/\nOFFLINE_MODE = true\nDISABLE_SSH = true`,
    files === undefined ? '' : `STATIC_ROOT_PATH = ${files}`,
    `[database]\nDB_TYPE = sqlite3\nPATH = ${join(folder, 'gitea.db')}`,
    '[security]\nINSTALL_LOCK = true\nSECRET_KEY = any\nPASSWORD_HASH_ALGO = pbkdf2_hi',
    '[oauth2]\nJWT_SIGNING_ALGORITHM = HS256',
    '[log]\nLEVEL = Error\n',
  ].join('\n')
}

/** Gives the user a second factor on the pages for it. The result says the code of the moment. */
export async function withSecondFactor({ base, user, password }: Gitea): Promise<() => string> {
  const cookies = new Map<string, string>()
  const ask = async (path: string, form?: Readonly<Record<string, string>>) => {
    const answer = await fetch(base + path, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    return answer.text()
  }
  await ask('/user/login', { user_name: user, password })
  const page = '/user/settings/security/two_factor/enroll'
  const [, secret] = /<img src="[^"]*" alt="([A-Z2-7]+)">/.exec(await ask(page)) ?? []
  if (secret === undefined) throw new Error('Gitea shows no secret for a second factor')
  const code = () => codeOf(secret, Date.now())
  await ask(page, { passcode: code() })
  return code
}

/** RFC 6238, with the usual six digits, each for 30 seconds. */
function codeOf(secret: string, now: number): string {
  const bits = [...secret].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  )
  const key = Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)))
  const hash = createHmac('sha1', key).update(counter).digest()
  const number = hash.readUInt32BE((hash.at(-1) ?? 0) & 15) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}
