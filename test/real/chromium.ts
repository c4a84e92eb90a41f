import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { Ended, Typed } from './form-browser.ts'
import type { AtEnd } from './session.ts'
import { until } from './until.ts'

/*
 * A real Chromium without a screen, told what to do over its debugging pipe: one JSON message before each NUL
 * (https://chromedevtools.github.io/devtools-protocol/).
 */

/** Opens the address in a real browser, fills in and sends every form, until a page has none. */
export async function browseInChromium(
  start: string,
  { account, password = 'any' }: Typed,
  atEnd: AtEnd,
): Promise<Ended> {
  const tell = await startChromium(atEnd)
  const { targetId } = await tell('Target.createTarget', { url: start })
  const { sessionId } = await tell('Target.attachToTarget', { targetId, flatten: true })
  let page = { isDone: false, url: '', text: '' }
  const step = async () => {
    const expression = `(${onPage})(${JSON.stringify({ account, password })})`
    const { result } = await tell('Runtime.evaluate', { expression, returnByValue: true }, sessionId as string)
    page = (result as { value?: typeof page }).value ?? page
    return page.isDone
  }
  await until(step, 'the pages do not end')
  return { url: page.url, status: 200, text: page.text }
}

/** Runs in the page. */
const onPage = `({ account, password }) => {
  const page = { isDone: false, url: location.href, text: document.body?.innerText ?? '' }
  if (document.readyState !== 'complete' || page.url === 'about:blank') return page
  const form = [...document.forms].find((one) => one.method === 'post')
  if (form === undefined) return { ...page, isDone: true }
  if (form.dataset.sent === undefined) {
    for (const [name, value] of [['login', account], ['user_name', account], ['password', password]]) {
      const field = form.querySelector('[name=' + name + ']')
      if (field !== null) field.value = value
    }
    form.dataset.sent = 'yes'
    form.requestSubmit()
  }
  return page
}`

type Answer = Readonly<Record<string, unknown>>
type Tell = (method: string, params: Answer, sessionId?: string) => Promise<Answer>

async function startChromium(atEnd: AtEnd): Promise<Tell> {
  const folder = mkdtempSync(join(tmpdir(), 'cb-chromium-'))
  const words = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--remote-debugging-pipe']
  const browser = spawn('chromium', [...words, `--user-data-dir=${folder}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: folder },
  })
  atEnd(async () => {
    if (browser.exitCode === null && browser.signalCode === null) {
      browser.kill('SIGKILL')
      await once(browser, 'close')
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 50 })
  })
  const [to, from] = [browser.stdio[3] as Writable, browser.stdio[4] as Readable]
  const waiting = new Map<number, (answer: Answer) => void>()
  let rest = ''
  from.setEncoding('utf8').on('data', (chunk: string) => {
    const messages = (rest + chunk).split('\0')
    rest = messages.pop() ?? ''
    for (const { id, result, error } of messages.map((text) => JSON.parse(text))) {
      waiting.get(id)?.(error === undefined ? result : { error })
      waiting.delete(id)
    }
  })
  let last = 0
  return (method, params, sessionId) =>
    new Promise((resolve, reject) => {
      const id = ++last
      waiting.set(id, ({ error, ...answer }) =>
        error === undefined ? resolve(answer) : reject(new Error(`${method}: ${JSON.stringify(error)}`)),
      )
      to.write(`${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`)
    })
}
