import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, usual, usually } from '../real/depth.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { type Client, installedClients } from '../real/terraform.ts'
import { startTerraformRegistry } from '../real/terraform-registry.ts'
import { onTerminal } from '../real/typing.ts'
import { startWorld } from '../real/world.ts'

/* The real terraform, and the real tofu where it is, against a private registry of modules. */

const token = 't0ken.of-alice'
const command = 'terraform-credentials-credbridge'
const block = '# credbridge: begin\ncredentials_helper "credbridge" {}\n# credbridge: end\n'

async function openWorld({ name: client, program }: Client) {
  const world = await startWorld('no-bus', onTestFinished)
  const registry = await startTerraformRegistry(
    join(world.session.folder, 'registry'),
    [token, 'glpat-1'],
    onTestFinished,
  )
  const home = world.env['HOME'] ?? ''
  const programs = join(world.session.folder, 'clients')
  mkdirSync(programs)
  symlinkSync(program, join(programs, client))
  const env: Record<string, string> = {
    ...world.env,
    ...registry.env,
    CREDBRIDGE_STORE: 'vault',
    CHECKPOINT_DISABLE: '1',
    // Without another terraform on it.
    PATH: [dirname(programs), programs, world.env['PATH']?.split(':')[0], '/usr/bin', '/bin'].join(':'),
  }
  const work = join(home, 'work')
  mkdirSync(work)
  const source = `module "secret" {\n  source  = "${registry.host}/team/secret/local"\n  version = "1.0.0"\n}\n`
  writeFileSync(join(work, 'main.tf'), source)
  const path = (name: string) => join(home, name)
  const run = (program: string, words: string, input = '') =>
    world.run(program, words.split(' '), { input, cwd: work, more: env })
  const onScreen = async (...words: readonly string[]) =>
    (await world.run('python3', onTerminal([], ...words), { cwd: work, more: env })).stdout
  return {
    ...registry,
    path,
    // The two look for their files in different places, if nothing is there yet.
    config: client === 'terraform' ? path('.terraformrc') : join(env['XDG_CONFIG_HOME'] ?? '', 'opentofu', 'tofurc'),
    link: join(
      client === 'terraform' ? path('.terraform.d') : join(env['XDG_DATA_HOME'] ?? '', 'opentofu'),
      'plugins',
      command,
    ),
    tokens: join(
      client === 'terraform' ? path('.terraform.d') : join(env['XDG_CONFIG_HOME'] ?? '', 'opentofu'),
      'credentials.tfrc.json',
    ),
    read: (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined),
    put(file: string, text: string) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text, { mode: 0o600 })
    },
    client: (words: string) => run(join(programs, client), words),
    login: () => signIn(join(programs, client), registry.host, { env, cwd: work }),
    init: async () => (await run(join(programs, client), 'init -backend=false -no-color')).exitCode,
    credbridge: (words: string, input = '') => run('credbridge', words, input),
    /** What a person sees who runs `init` on a terminal. */
    initOnScreen: () => onScreen(join(programs, client), 'init', '-backend=false', '-no-color'),
    /** The same of any command. */
    onScreen: (words: string) => onScreen(...words.split(' ')),
    /** Whether it is remembered that a helper told the person something. */
    isToldRemembered: () => existsSync(join(world.env['XDG_STATE_HOME'] ?? '', 'credbridge', 'told-lately')),
    isFetched: () => existsSync(join(work, '.terraform', 'modules', 'secret', 'main.tf')),
  }
}

/** `login`, with a person who agrees, and a browser that signs in at once. */
async function signIn(
  program: string,
  host: string,
  options: { env: NodeJS.ProcessEnv; cwd: string },
): Promise<number> {
  const child = spawn(program, ['login', host], { ...options, stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end('yes\n')
  let said = ''
  for await (const chunk of child.stdout) {
    said += chunk
    const [page] = /https:\S+\/oauth\/authorize\?\S+(?=\s)/.exec(said) ?? []
    if (page === undefined) continue
    said = ''
    const asked = new URL(page).searchParams
    const back = new URL(asked.get('redirect_uri') ?? '')
    back.search = new URLSearchParams({ code: 'c0de', state: asked.get('state') ?? '' }).toString()
    // It may be gone before it has answered.
    get(back, (response) => response.resume()).on('error', () => {})
  }
  if (child.exitCode === null) await once(child, 'exit')
  return child.exitCode ?? 1
}

needs('the build (npm run build)', built)('built', () => {
  needs('Terraform or OpenTofu', installedClients.length > 0)('a client', () => {
    needsPrograms('openssl', 'tar')('and a registry', () => {
      describe.each(installedClients)('$name', (client) => {
        const proven = `${client.name} logout removed a throw-away token that credbridge had kept\n`

        usual('setup, login, init with a private module, logout, and back', async () => {
          const it = await openWorld(client)
          const dry = await it.credbridge('setup terraform -n')
          expect(dry.stderr).toMatch(/^would do: \S+ leads to \S+\nwould do: \S+: ask credbridge\n$/)
          expect(dry.stderr).toContain(`${it.link.slice(it.link.lastIndexOf('/plugins/'))} leads to `)
          expect([existsSync(it.link), it.read(it.config)]).toEqual([false, undefined])
          expect(await it.credbridge('setup terraform')).toMatchObject({
            stderr: expect.stringMatching(new RegExp(`: ask credbridge\n${proven}$`)),
            exitCode: 0,
          })
          expect(it.read(it.config)).toBe(block)
          expect(await it.credbridge('setup terraform')).toMatchObject({
            stderr: `terraform: nothing to change\n${proven}`,
          })
          const seen = await it.onScreen('credbridge setup terraform')
          expect(seen).toBe(`terraform: nothing to change\n${proven}`.replaceAll('\n', '\r\n'))
          expect(it.isToldRemembered()).toBe(false)
          expect((await it.credbridge('doctor')).stdout).toContain(
            `ok      terraform: ${client.name} asks credbridge\n`,
          )
          expect(await it.credbridge('list')).toMatchObject({ stdout: '', exitCode: 1 })

          expect(await it.init()).not.toBe(0)
          expect(it.tried()).toEqual(['-'])
          const at = `https://${it.host}`
          const told = `credbridge: nothing is kept for ${at}\r\nhint: credbridge set --kind bearer ${at}\r\n`
          expect((await it.initOnScreen()).split(told)).toHaveLength(2)
          expect(it.tried()).toEqual(['-'])
          expect(await it.login()).toBe(0)
          expect(existsSync(it.tokens)).toBe(false)
          expect((await it.credbridge('list')).stdout).toMatch(
            new RegExp(`^https://${it.host}  .*  terraform  bearer`, 'm'),
          )
          expect(await it.init()).toBe(0)
          expect(it.tried()).toEqual([`Bearer ${token}`])
          expect(it.isFetched()).toBe(true)

          expect((await it.client(`logout ${it.host}`)).exitCode).toBe(0)
          expect(await it.credbridge('list')).toMatchObject({ stdout: '', exitCode: 1 })
          expect((await it.client(`logout ${it.host}`)).exitCode).toBe(0)

          expect((await it.credbridge('setup terraform --undo')).exitCode).toBe(0)
          expect([existsSync(it.link), it.read(it.config)]).toEqual([false, undefined])
          expect(await it.credbridge('setup terraform --undo')).toMatchObject({
            stderr: 'terraform: nothing to change\n',
          })
        })

        usual("git's access token opens the registry, until a logout, and stays for git", async () => {
          const it = await openWorld(client)
          await it.credbridge('setup terraform --no-prove')
          expect((await it.credbridge(`set https://${it.host} alice`, 'glpat-1')).exitCode).toBe(0)
          expect(await it.init()).toBe(0)
          expect(it.tried()).toEqual(['Bearer glpat-1'])
          expect((await it.client(`logout ${it.host}`)).exitCode).toBe(0)
          await it.client('get -no-color -update')
          expect(it.tried()).toEqual(['-'])
          expect(await it.credbridge(`get https://${it.host} alice`)).toMatchObject({ stdout: 'glpat-1\n' })
        })

        usual('a token that login wrote into a file moves into the store, and back', async () => {
          const it = await openWorld(client)
          // terraform does not make this folder itself.
          mkdirSync(dirname(it.tokens), { recursive: true })
          expect(await it.login()).toBe(0)
          const before = it.read(it.tokens) ?? ''
          expect(JSON.parse(before)).toEqual({ credentials: { [it.host]: { token } } })
          expect((await it.credbridge('import terraform --yes')).stderr).toContain('hint: credbridge setup terraform\n')
          expect((await it.credbridge('setup terraform --no-prove')).stderr).toContain(
            `note: terraform: ~/.terraform.d/credentials.tfrc.json has a token for ${it.host}, which is used first: credbridge import terraform\n`,
          )
          const moved = await it.credbridge('import terraform --yes')
          expect(moved).toMatchObject({
            stderr: `${it.tokens}, ${it.host}: (no user name) at https://${it.host}\n1 moved\n`,
            exitCode: 0,
          })
          expect(it.read(it.tokens)).not.toContain(token)
          expect(await it.init()).toBe(0)
          expect(it.tried()).toEqual([`Bearer ${token}`])
          expect(await it.credbridge('import terraform --undo --yes')).toMatchObject({
            stderr: expect.stringContaining('1 written back\n'),
            exitCode: 0,
          })
          expect(it.read(it.tokens)).toBe(before)
        })

        usually(describe)('another helper', () => {
          usual('is refused politely, and stays', async () => {
            const it = await openWorld(client)
            const text = '# mine\ncredentials_helper "other" {\n  args = ["--x"]\n}\n'
            it.put(it.path('.terraformrc'), text)
            expect(await it.credbridge('setup terraform')).toMatchObject({
              stderr: `credbridge: ${client.name} asks the helper other, and can have only one\nhint: remove its credentials_helper block from ${it.path('.terraformrc')}, then: credbridge setup terraform\n`,
              exitCode: 2,
            })
            expect(it.read(it.path('.terraformrc'))).toBe(text)
            expect((await it.credbridge('doctor')).stdout).toContain(
              `note    terraform: ${client.name} asks the helper other and not credbridge\n`,
            )
          })
        })

        const configurations = [
          ['a comment', '# mine\nplugin_cache_dir = "$HOME/x" # here\n'],
          ['no line end', 'disable_checkpoint = true'],
          [
            'blocks',
            'host "a.example.com" {\n  services = {\n    "modules.v1" = "https://b.example.com/"\n  }\n}\n\n\n',
          ],
          ['JSON', '{\n  "disable_checkpoint": true\n}\n'],
          ['empty', '\n'],
        ] as const
        const staysAsItIs = async (_: string, text: string) => {
          const it = await openWorld(client)
          it.put(it.path('.terraformrc'), text)
          expect((await it.credbridge('setup terraform')).stderr).toMatch(new RegExp(`${proven}$`))
          expect(it.read(it.path('.terraformrc'))).not.toBe(text)
          expect((await it.credbridge('setup terraform --undo')).exitCode).toBe(0)
          expect(it.read(it.path('.terraformrc'))).toBe(text)
        }
        usual.each(configurations.slice(0, 1))('%s in the configuration stays as it is', staysAsItIs)
        thorough.each(configurations.slice(1))('%s in the configuration stays as it is', staysAsItIs)
      })
    })
  })
})
