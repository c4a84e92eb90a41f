/*
 * A browser without a screen for the pages of `oidc-provider`, Gitea and Keycloak: it keeps cookies, follows redirects, and submits
 * the form of each page, with what a person would type.
 */

export interface Ended {
  /** The last address that was asked for. */
  readonly url: string
  readonly status: number
  readonly text: string
}

export interface Typed {
  readonly account: string
  readonly password?: string
  /** For the page of the device flow. */
  readonly code?: string
  /** Ends where the provider sends the browser elsewhere, without asking there. */
  readonly stopsOutside?: boolean
}

/** Goes to the address and answers every page, until one has no form. */
export async function browse(start: string, typed: Typed): Promise<Ended> {
  const { origin } = new URL(start)
  const cookies = new Map<string, string>()
  let request: { url: string; form?: URLSearchParams } = { url: start }
  for (let step = 0; step < 30; step++) {
    const { url, form } = request
    const isOutside = new URL(url).origin !== origin
    if (isOutside && typed.stopsOutside === true) return { url, status: 0, text: '' }
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: isOutside ? {} : { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { method: 'POST', body: form }),
    })
    for (const line of answer.headers.getSetCookie()) keep(cookies, line)
    const text = await answer.text()
    const next = answer.headers.get('location')
    if (next !== null) request = { url: new URL(next, url).href }
    else {
      const page = formIn(text, url, typed)
      if (page === undefined) return { url, status: answer.status, text }
      request = page
    }
  }
  throw new Error(`the pages do not end: ${request.url}`)
}

function keep(cookies: Map<string, string>, line: string): void {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
  if (value === '') cookies.delete(name)
  else cookies.set(name, value)
}

/** The form that signs in or agrees, else the first one that sends something. */
function formIn(page: string, url: string, typed: Typed): { url: string; form: URLSearchParams } | undefined {
  const forms = [...page.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].filter(([, tag = '']) =>
    /\bmethod="post"/i.test(tag),
  )
  const asks = ([, , body = '']: RegExpMatchArray) => /type="password"|name="granted"/.test(body)
  const [, tag = '', body = ''] = forms.find(asks) ?? forms[0] ?? []
  const action = attribute(tag, 'action')
  if (action === undefined) return undefined
  const form = new URLSearchParams(/name="granted"/.test(body) ? { granted: 'true' } : {})
  for (const [input] of body.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(input, 'name')
    if (name !== undefined) form.set(name, valueFor(name, typed) ?? attribute(input, 'value') ?? '')
  }
  return { url: new URL(action, url).href, form }
}

function valueFor(name: string, { account, password = 'any', code }: Typed): string | undefined {
  if (['login', 'user_name', 'username'].includes(name)) return account
  if (name === 'password') return password
  return ['user_code', 'device_user_code'].includes(name) ? code : undefined
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll('&amp;', '&')
}
