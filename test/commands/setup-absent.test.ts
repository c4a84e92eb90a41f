import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { built, installCommands } from '../real/commands.ts'
import { needs } from '../real/require.ts'
import { run } from '../real/run.ts'

/** Where no program is installed but our own commands. */
async function setUp(tool: string) {
  const folder = mkdtempSync(join(tmpdir(), 'cb-absent-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const commands = installCommands(join(folder, 'commands'))
  const home = join(folder, 'home')
  mkdirSync(home)
  const outcome = await run(join(commands, 'credbridge'), ['setup', tool], { env: { HOME: home, PATH: commands } })
  return { ...outcome, files: readdirSync(home, { recursive: true }) }
}

needs('the build (npm run build)', built)('setup', () => {
  test.each([
    ['git', 'git is not installed\nhint: install git first'],
    ['askpass', 'git is not installed\nhint: install git first'],
    ['docker', 'docker is not installed\nhint: install docker first'],
    ['helm', 'helm is not installed\nhint: install helm first'],
    ['containers', 'podman is not installed\nhint: install podman first'],
    ['kubectl', 'kubectl is not installed\nhint: install kubectl first'],
    ['aws', 'aws is not installed\nhint: install aws first'],
    ['python', 'Python is not installed\nhint: install Python first'],
    ['pip', 'pip is not installed\nhint: install pip first\nhint: for uv: credbridge setup uv'],
    ['uv', 'uv is not installed\nhint: install uv first'],
    ['bazel', 'Bazel is not installed\nhint: install Bazel first'],
    ['go', 'go is not installed\nhint: install go first'],
    ['npm', 'npm is not installed\nhint: install npm first'],
    ['pnpm', 'pnpm is not installed\nhint: install pnpm first'],
    ['cargo', 'cargo is not installed\nhint: install cargo first'],
    ['terraform', 'Terraform is not installed\nhint: install Terraform first\nhint: or install OpenTofu'],
    ['yarn', 'Yarn is not installed\nhint: install Yarn first'],
    [
      'bun',
      'Bun asks no helper for a credential\nhint: credbridge run -- bun install\nhint: credbridge share <registry> --with bun',
    ],
  ])('%s: writes nothing where the program is not, and says so', async (tool, says) => {
    expect(await setUp(tool)).toMatchObject({ exitCode: 2, stderr: `credbridge: ${says}\n`, files: [] })
  })
})
