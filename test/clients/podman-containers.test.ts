import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse as parseJson } from 'jsonc-parser'
import { expect, onTestFinished } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { built } from '../real/commands.ts'
import { thorough, thoroughly, usual } from '../real/depth.ts'
import { copyLibraries, installPodman, rootFolder } from '../real/podman.ts'
import { needs, needsPrograms } from '../real/require.ts'
import { type RunOptions, run } from '../real/run.ts'
import { startServe } from '../real/serving.ts'
import { onTerminal } from '../real/typing.ts'
import { startWorld } from '../real/world.ts'

/* docs/containers.md with a real podman. Its images are made of this machine's own programs: there is no network. */

const root = join(import.meta.dirname, '..', '..')
const page = readFileSync(join(root, 'docs', 'containers.md'), 'utf8')
const at = 'https://git.example.com'
const filling = (host: string) =>
  `printf 'protocol=https\\nhost=${host}\\n\\n' | GIT_TERMINAL_PROMPT=0 git credential fill`
const answer = 'protocol=https\nhost=git.example.com\nusername=ann\npassword=s3cret\n'
const tested = process.env['CREDBRIDGE_TEST_STANDALONE'] ?? ''
const standalone = tested === '' ? join(root, 'build', 'standalone') : dirname(tested)
const programs = ['bash', 'cat', 'chmod', 'cp', 'dirname', 'git', 'id', 'ln', 'ls', 'mkdir', 'rm', 'sh', 'touch']

/** The block of the page in this language that has this word. */
function block(language: string, word: string): string {
  const blocks = page.split(`\`\`\`${language}\n`).slice(1)
  const found = blocks.map((text) => text.slice(0, text.indexOf('```'))).find((text) => text.includes(word))
  if (found === undefined) throw new Error(`docs/containers.md has no ${language} with ${word}`)
  return found
}

/** A host with podman, a credential, and an image `base` that has git and a shell. */
async function host() {
  const world = await startWorld('no-bus', onTestFinished)
  const podman = installPodman(join(world.session.folder, 'podman'))
  const env: Record<string, string> = {
    ...world.env,
    ...podman.env,
    PATH: `${podman.path}:${world.env['PATH']}`,
    CREDBRIDGE_STORE: 'vault',
  }
  const must = async (program: string, words: readonly string[], options: Omit<RunOptions, 'env'> = {}) => {
    const outcome = await run(program, words, { env, timeout: 100_000, ...options })
    if (outcome.exitCode !== 0) throw new Error(`${program} ${words.join(' ')}: ${outcome.stdout}${outcome.stderr}`)
    return outcome.stdout
  }
  await must('credbridge', ['set', at, 'ann'], { input: 's3cret' })
  const folder = join(world.session.folder, 'base')
  rootFolder(folder, programs)
  copyLibraries(join(standalone, 'credbridge'), folder)
  await must('tar', ['-C', folder, '-cf', `${folder}.tar`, '.'])
  await must('podman', ['import', `${folder}.tar`, 'base'])
  const context = join(world.session.folder, 'context')
  mkdirSync(context)
  return { env, must, context, runtime: env['XDG_RUNTIME_DIR'] ?? '', folder: world.session.folder }
}

type Host = Awaited<ReturnType<typeof host>>

async function buildImage({ must, context }: Host, dockerfile: string): Promise<void> {
  writeFileSync(join(context, 'Dockerfile'), `FROM localhost/base\n${dockerfile}`)
  await must('podman', ['build', '--isolation=chroot', '--tag', 'my-image', context])
}

/** The image of the page's own lines. */
async function pagesImage(here: Host): Promise<void> {
  await here.must('cp', ['-R', standalone, join(here.context, 'standalone')])
  await buildImage(here, block('dockerfile', 'COPY standalone'))
}

const parts = needsPrograms('podman', 'crun', 'unshare', 'ldd', 'tar', ...programs)
const executable = needs(
  'the standalone executable (npm run build:standalone)',
  existsSync(join(standalone, 'credbridge')),
)

needs('the build (npm run build)', built)('containers of podman', () => {
  needs('root', process.getuid?.() === 0)('by root', () => {
    executable('with the standalone executable', () => {
      parts('for a real one', () => {
        usual('run --socket gives a container what is granted, and takes the socket away', async () => {
          const here = await host()
          await pagesImage(here)
          const line = `${filling('git.example.com')}; touch /run/credbridge/x; ${filling('other.example.com')}; exit 7`
          const grant = ['--socket', '--allow', at, '--ask', 'never', '--tools', 'git']
          const words = ['run', ...grant, '--', 'podman', 'run', '--rm', 'my-image', 'sh', '-c', line]
          const { exitCode, stdout, stderr } = await run('credbridge', words, { env: here.env, timeout: 60_000 })
          expect({ exitCode, stdout }).toEqual({ exitCode: 7, stdout: answer })
          expect(stderr).toContain('Read-only file system')
          expect(stderr).toContain(`credbridge: used by git at ${at} as ann\n`)
          expect(stderr).toContain('credbridge: not granted: find by git at https://other.example.com\n')
          expect(readdirSync(join(here.runtime, 'credbridge'))).toEqual([])
        })

        thoroughly(needsPrograms('python3'))('on a terminal', () => {
          thorough("the page's own line opens a shell there, once the person has agreed", async () => {
            const here = await host()
            await pagesImage(here)
            const [, line = ''] = /^\$ (credbridge run --socket .*)$/m.exec(page) ?? []
            const typed = [
              ['[y/N] ', 'y\r'],
              ['# ', `${filling('git.example.com')}\r`],
              ['password=s3cret', 'exit 5\r'],
            ] as const
            const outcome = await run('python3', onTerminal(typed, 'sh', '-c', line), {
              env: here.env,
              timeout: 90_000,
            })
            expect(outcome.stdout).toContain(`used by git at ${at} as ann`)
            expect(outcome.exitCode).toBe(5)
          })
        })

        thorough(
          "the feature's script installs it, and the lines for dev containers and Compose open the socket",
          async () => {
            const here = await host()
            const feature = join(here.context, 'credbridge')
            await here.must('cp', ['-R', join(root, 'packaging', 'devcontainer-feature'), feature])
            await here.must('cp', ['-R', standalone, join(feature, 'standalone')])
            await buildImage(here, 'COPY credbridge /tmp/feature\nRUN /tmp/feature/install.sh\n')
            const [, path = '', options = ''] =
              /credbridge serve --socket "\$XDG_RUNTIME_DIR\/(\S+)" (.*)\n/.exec(page) ?? []
            await startServe(here.env, ...options.split(' '), '--socket', join(here.runtime, path))
            const dev = parseJson(block('jsonc', 'containerEnv')) as DevContainer
            const mounts = dev.mounts.map(({ type, source, target }) => {
              const from = source.replace(/^\$\{localEnv:XDG_RUNTIME_DIR\}/, here.runtime)
              return `--mount=type=${type},source=${from},target=${target}`
            })
            const variables = Object.entries(dev.containerEnv).map(([name, value]) => `--env=${name}=${value}`)
            const line = `${dev.postCreateCommand} >&2; ${filling('git.example.com')}`
            const within = (words: readonly string[]) =>
              run('podman', ['run', '--rm', ...words, 'my-image', 'sh', '-c', line], { env: here.env, timeout: 60_000 })
            expect(await within([...mounts, ...variables])).toMatchObject({ exitCode: 0, stdout: answer })
            expect((await within(variables)).stdout).toBe('')
            const { app } = (parseYaml(block('yaml', 'services')) as Compose).services
            const volumes = app.volumes.map(({ type, source, target, read_only }) => {
              const from = source.replace(/^\$\{XDG_RUNTIME_DIR\}/, here.runtime)
              return `--mount=type=${type},source=${from},target=${target}${read_only ? ',readonly' : ''}`
            })
            const set = Object.entries(app.environment).map(([name, value]) => `--env=${name}=${value}`)
            expect(await within([...volumes, ...set])).toMatchObject({ exitCode: 0, stdout: answer })
          },
        )
      })
    })
  })
})

interface DevContainer {
  readonly mounts: readonly { type: string; source: string; target: string }[]
  readonly containerEnv: Readonly<Record<string, string>>
  readonly postCreateCommand: string
}

interface Compose {
  readonly services: {
    readonly app: {
      readonly volumes: readonly { type: string; source: string; target: string; read_only: boolean }[]
      readonly environment: Readonly<Record<string, string>>
    }
  }
}
