import { Failure } from '../../../core/failure.ts'
import { Secret } from '../../../core/secret.ts'
import { dataIn, isDone } from '../outcome.ts'
import { type LoginCall, needs, posted, questionOf, refusal, type SignedIn } from './login-call.ts'

/* How one signs in at the server: https://openbao.org/api-docs/auth. Each way answers with the token and its times. */

type Method = (call: LoginCall) => Promise<SignedIn>

export const methods: Readonly<Record<string, Method>> = {
  oidc: async (call) => (await import('./oidc.ts')).byBrowser(call),
  jwt: async (call) => posted(call, 'login', { role: call.options.role ?? '', jwt: await jwtOf(call) }),
  kubernetes: async (call) =>
    posted(call, 'login', {
      role: roleOf(call),
      jwt: await jwtOf(call, '/var/run/secrets/kubernetes.io/serviceaccount/token'),
    }),
  approle: async (call) => {
    const { roleId } = call.options
    if (roleId === undefined) throw needs('--role-id')
    return posted(call, 'login', { role_id: roleId, secret_id: await secretFrom(call, 'Secret ID') })
  },
  userpass: withPassword,
  ldap: withPassword,
  token: async (call) => {
    const token = await secretFrom(call, 'Token')
    const question = questionOf('GET', 'auth/token/lookup-self')
    const reply = await call.connection.askAs(new Secret(token), question)
    const data = dataIn(reply)
    if (!isDone(reply) || data === undefined) throw refusal(call, reply)
    const { entity_id, ttl, renewable } = data
    return { client_token: token, entity_id, lease_duration: ttl, renewable }
  },
}

async function withPassword(call: LoginCall): Promise<SignedIn> {
  const { options, context } = call
  const user = options.user ?? (context.terminal.inIsTerminal ? await context.terminal.ask('User') : undefined)
  if (user === undefined || user === '') throw needs('--user')
  return posted(call, `login/${encodeURIComponent(user)}`, { password: await secretFrom(call, 'Password') })
}

function roleOf({ options }: LoginCall): string {
  if (options.role === undefined) throw needs('--role')
  return options.role
}

async function jwtOf(call: LoginCall, usual?: string): Promise<string> {
  const file = call.options.jwtFile ?? usual
  if (file === undefined) return secretFrom(call, 'JWT')
  const text = call.context.machine.files.read(file)
  if (text === undefined) throw new Failure('unavailable', `${file}, which has the JWT, does not exist`)
  return text.trim()
}

/** Never from the words of the command, which others can read. */
async function secretFrom({ context: { terminal } }: LoginCall, what: string): Promise<string> {
  const secret = terminal.inIsTerminal ? await terminal.askSecret(what) : await terminal.readSecret()
  const text = secret.expose().trim()
  if (text === '') throw new Failure('refused', 'nothing was given, nothing was kept')
  return text
}
