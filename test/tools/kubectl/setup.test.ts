import { describe, expect, test } from 'vitest'
import type { Ran } from '../../../src/core/program.ts'
import { kubectlPlainSecrets } from '../../../src/tools/kubectl/import.ts'
import { kubectlSetup } from '../../../src/tools/kubectl/setup.ts'
import type { Plan } from '../../../src/tools/tool.ts'
import { madeUp } from '../made-up-world.ts'

/* What needs no real kubectl. The rest is in test/clients/kubectl.test.ts. */

const ours = '/opt/credbridge/credbridge-kubectl'
const exec = {
  apiVersion: 'client.authentication.k8s.io/v1',
  command: ours,
  interactiveMode: 'Never',
  provideClusterInfo: true,
}

interface Given {
  readonly user?: object
  readonly minor?: string
  /** What `kubectl config set-credentials` ends with. */
  readonly exitCode?: number
}

/** A home with a kubeconfig, which is JSON, and a kubectl of this version. */
function withKubectl({ user = {}, minor = '35', exitCode = 0 }: Given = {}) {
  const ran: (readonly string[])[] = []
  const made = madeUp({
    program: () => '/usr/bin/kubectl',
    async run(_program, words): Promise<Ran> {
      ran.push(words)
      if (words[1] === 'view') return { stdout: made.read('.kube/config') ?? '{}', stderr: '', exitCode: 0 }
      if (words[0] === 'version') return { stdout: `{"clientVersion":{"minor":"${minor}+"}}`, stderr: '', exitCode: 0 }
      return { stdout: '', stderr: exitCode === 0 ? '' : 'error: unknown flag\n', exitCode }
    },
  })
  const config = {
    clusters: ['a', 'b', 'http'].map((name) => ({ name, cluster: { server: servers[name] } })),
    contexts: ['a', 'b'].map((name) => ({ name, context: { cluster: name, user: 'alice' } })),
    'current-context': 'a',
    users: [{ name: 'alice', user }],
  }
  made.put('.kube/config', JSON.stringify(config))
  return {
    ...made,
    ran,
    kuberc: (text: string) => made.put('.kube/kuberc', text),
    setup: async (options = {}) => done(await kubectlSetup.plan(made.world, options)),
    undo: async (options = {}) => done(await kubectlSetup.undo(made.world, options)),
    check: async () => (await kubectlSetup.check(made.world)).map(({ state, says }) => `${state}: ${says}`),
  }
}

const servers: Readonly<Record<string, string>> = {
  a: 'https://a.example.com:6443',
  b: 'https://b.example.com',
  http: '',
}

async function done({ changes }: Plan): Promise<readonly string[]> {
  for (const change of changes) await change.apply()
  return changes.map(({ says }) => says)
}

test('kubectl itself makes the change, for the user and the account that are named', async () => {
  const it = withKubectl()
  expect(await it.setup()).toEqual(['kubeconfig: user alice asks credbridge'])
  await it.setup({ user: '-odd.user', account: 'a b' })
  const set = [
    'config',
    'set-credentials',
    `--exec-command=${ours}`,
    '--exec-api-version=client.authentication.k8s.io/v1',
    '--exec-interactive-mode=Never',
    '--exec-provide-cluster-info=true',
  ]
  expect(it.ran.filter(([, verb]) => verb === 'set-credentials')).toEqual([
    [...set, '--', 'alice'],
    [...set, '--exec-arg=a b', '--', '-odd.user'],
  ])
  await expect(it.setup({ account: '-x' })).rejects.toMatchObject({ code: 'unsupported' })
})

test('a kubectl that fails leaves what was there', async () => {
  const it = withKubectl({ user: { exec: { ...exec, command: '/old/credbridge-kubectl' } }, exitCode: 1 })
  const before = it.read('.kube/config')
  await expect(it.setup()).rejects.toMatchObject({
    code: 'refused',
    message: 'kubectl could not change user alice',
    hints: ['kubectl says: error: unknown flag'],
  })
  expect(it.read('.kube/config')).toBe(before)
})

test.each([
  ['exec', { exec: { ...exec, command: '/opt/not-credbridge-kubectl' } }],
  ['tokenFile', { tokenFile: '/run/token' }],
  ['client-certificate', { 'client-certificate': 'a.pem', 'client-key': 'a.key' }],
  ['auth-provider', { 'auth-provider': { name: 'oidc' } }],
  ['username', { username: 'a', password: 'b' }],
])('a user that signs in by %s stays', async (way, user) => {
  const it = withKubectl({ user })
  await expect(it.setup()).rejects.toMatchObject({
    code: 'refused',
    message: `user alice signs in another way: it has ${way}`,
  })
})

test('undo removes our entry only, and keeps comments', async () => {
  const it = withKubectl()
  const entry = (name: string, command: string) =>
    `- name: ${name} # of ${name}\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: ${command}\n      args: null\n      provideClusterInfo: true\n`
  const text = `# mine\napiVersion: v1\nusers:\n${entry('a', ours)}${entry('b', '/opt/other')}`
  it.put('.kube/config', text)
  const view = {
    users: [
      { name: 'a', user: { exec } },
      { name: 'b', user: { exec: { command: '/opt/other' } } },
    ],
  }
  const world = { ...it.world, run: async () => ({ stdout: JSON.stringify(view), stderr: '', exitCode: 0 }) }
  expect(await done(await kubectlSetup.undo(world, { user: 'b' }))).toEqual([])
  expect(await done(await kubectlSetup.undo(world, {}))).toEqual(['kubeconfig: user a no longer asks credbridge'])
  expect(it.read('.kube/config')).toBe(
    `# mine\napiVersion: v1\nusers:\n- name: a # of a\n  user: {}\n${entry('b', '/opt/other')}`,
  )
})

describe('kuberc', () => {
  const head = '# mine\napiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n'
  const list = `${head}credentialPluginPolicy: Allowlist # safe\ncredentialPluginAllowlist:\n`

  test.each([
    ['35', `${list}- name: /opt/other\n`, `- name: ${ours}\n`],
    ['36', `${list}- command: /opt/other\n`, `- command: ${ours}\n`],
    ['36', `${list}- name: /opt/other\n`, `- name: ${ours}\n`],
  ])('kubectl 1.%s: our program joins %j, and leaves it', async (minor, before, added) => {
    const it = withKubectl({ minor, user: { exec } })
    it.kuberc(before)
    expect(await it.check()).toEqual([expect.stringMatching(/^wrong: .*kuberc forbids kubectl to start credbridge$/)])
    expect(await it.setup()).toEqual([expect.stringMatching(/kuberc: kubectl may start \/opt/)])
    expect(it.read('.kube/kuberc')).toBe(before + added)
    expect(await it.setup()).toEqual([])
    expect(await it.check()).toEqual(['ok: kubectl asks credbridge for user alice'])
    await it.undo()
    expect(it.read('.kube/kuberc')).toBe(before)
  })

  test.each([
    ['35', 'name'],
    ['36', 'command'],
  ])('kubectl 1.%s: a policy without a list', async (minor, member) => {
    const it = withKubectl({ minor, user: { exec } })
    it.kuberc(`${head}credentialPluginPolicy: Allowlist\n`)
    await it.setup()
    expect(it.read('.kube/kuberc')).toBe(
      `${head}credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n- ${member}: ${ours}\n`,
    )
  })

  test.each([
    ['', ''],
    ['AllowAll', 'credentialPluginPolicy: AllowAll\n'],
  ])('with the policy %j nothing changes', async (_policy, line) => {
    const it = withKubectl({ user: { exec } })
    it.kuberc(head + line)
    expect(await it.setup()).toEqual([])
    expect(it.read('.kube/kuberc')).toBe(head + line)
  })

  test('a person who forbids all programs is asked, not overruled', async () => {
    const it = withKubectl()
    it.kuberc(`${head}credentialPluginPolicy: DenyAll\n`)
    await expect(it.setup()).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('forbids') })
    expect(it.ran.filter(([, verb]) => verb === 'set-credentials')).toEqual([])
  })

  test('what is no YAML is not changed', async () => {
    const it = withKubectl()
    it.kuberc('a: [b\n')
    await expect(it.setup()).rejects.toMatchObject({ code: 'malformed' })
  })
})

describe('secrets in the kubeconfig', () => {
  test('are found for each server with which their user is used, and taken out once', async () => {
    const it = withKubectl({ user: { exec, token: 't0ken' } })
    const { secrets, remarks } = await kubectlPlainSecrets.find(it.world, {})
    expect(remarks).toEqual([])
    expect(secrets.map(({ credential }) => [credential.endpoint.key, credential.kind, credential.account])).toEqual([
      ['https://a.example.com:6443', 'bearer', ''],
      ['https://b.example.com', 'bearer', ''],
    ])
    for (const secret of secrets) await secret.takeOut()
    expect(it.read('.kube/config')).not.toContain('t0ken')
    for (const { trace = {}, credential } of secrets) await kubectlPlainSecrets.putBack?.(it.world, trace, credential)
    expect(it.read('.kube/config')).toContain('t0ken')
  })

  test('that changed meanwhile are not taken out, and newer ones not overwritten', async () => {
    const it = withKubectl({ user: { exec, token: 't0ken' } })
    const [secret] = (await kubectlPlainSecrets.find(it.world, {})).secrets
    it.put('.kube/config', (it.read('.kube/config') ?? '').replace('t0ken', 'newer'))
    await expect(async () => secret?.takeOut()).rejects.toMatchObject({ code: 'refused' })
    await expect(async () => {
      if (secret !== undefined) await kubectlPlainSecrets.putBack?.(it.world, { user: 'alice' }, secret.credential)
    }).rejects.toMatchObject({ code: 'refused' })
    expect(it.read('.kube/config')).toContain('newer')
  })

  test.each([
    ['it has a token and a client certificate', { token: 't0ken', 'client-key-data': 'AA==' }],
    ['its client certificate is half in a file', { 'client-key-data': 'AA==', 'client-certificate': 'a.pem' }],
    ['its client certificate cannot be read', { 'client-key-data': 'AA==', 'client-certificate-data': 'AA==' }],
  ])('stay: %s', async (why, user) => {
    const it = withKubectl({ user })
    expect(await kubectlPlainSecrets.find(it.world, {})).toEqual({
      secrets: [],
      remarks: [`user alice: ${why}, so it stays`],
    })
  })
})

test('where kubectl is not installed nothing is planned', async () => {
  const { world } = madeUp()
  await expect(kubectlSetup.plan(world, {})).rejects.toMatchObject({ message: 'kubectl is not installed' })
  expect(await kubectlSetup.check(world)).toEqual([{ state: 'skipped', says: 'kubectl is not installed' }])
})
