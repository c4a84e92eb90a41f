import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../real/free-port.ts'
import { storesInTurn } from '../real/stores.ts'
import { until } from '../real/until.ts'
import {
  client,
  file,
  needsPythonClients,
  openPythonWorld,
  type PythonWorld,
  stores,
  tinyWheel,
  wheelFile,
} from './python-world.ts'

/** A real pypiserver on loopback that wants a password for everything; gives its address and where packages arrive. */
async function startPypiserver(world: PythonWorld, user: string, password: string) {
  const packages = join(world.session.folder, 'packages')
  mkdirSync(packages)
  const hash = createHash('sha1').update(password).digest('base64')
  const users = file(world, 'htpasswd', `${user}:{SHA}${hash}\n`)
  const port = await freePort()
  const words = ['run', '-i', '127.0.0.1', '-p', String(port), '-P', users, '-a', 'update,download,list', packages]
  const server = spawn(client('tools', 'pypi-server'), words, { env: world.env, stdio: 'ignore' })
  onTestFinished(() => void server.kill('SIGKILL'))
  const origin = `http://127.0.0.1:${port}`
  const answers = () =>
    fetch(origin).then(
      () => true,
      () => false,
    )
  await until(answers, 'pypiserver did not start')
  return { origin, arrived: join(packages, 'tiny-1.0-py3-none-any.whl') }
}

/** A person whose Python uses our backend, and who keeps nothing else anywhere. */
async function openWorld(store: (typeof stores)[number]): Promise<PythonWorld> {
  const world = await openPythonWorld(store)
  expect(await world.run('credbridge', ['setup', 'python', '--no-prove'])).toMatchObject({ exitCode: 0 })
  await tinyWheel(world)
  return world
}

needsPythonClients('publishing', () => {
  describe.each(storesInTurn(stores))('from %s', (store) => {
    test('twine uploads to pypiserver, and the newest pip fetches it from there', async () => {
      const world = await openWorld(store)
      const { origin, arrived } = await startPypiserver(world, 'alice', 'p@ss')
      const words = ['upload', '--non-interactive', '--repository-url', `${origin}/`, wheelFile(world)]
      const upload = () => world.run(client('tools', 'twine'), words)
      expect(await upload()).not.toMatchObject({ exitCode: 0 })
      expect(existsSync(arrived)).toBe(false)
      await world.keep(`${origin}/`, 'alice', 'p@ss')
      expect(await upload()).toMatchObject({ exitCode: 0 })
      expect(existsSync(arrived)).toBe(true)
      const download = ['download', '--no-deps', '--no-cache-dir', '--dest', join(world.session.folder, 'downloads')]
      const how = ['--keyring-provider', 'subprocess', '--index-url', `${origin}/simple/`]
      const fetched = await world.run(client('pip-new', 'python'), ['-m', 'pip', ...download, ...how, 'tiny'])
      expect(fetched).toMatchObject({ exitCode: 0 })
    })

    test('poetry keeps its password with us and publishes with it', async () => {
      const world = await openWorld(store)
      const { origin, arrived } = await startPypiserver(world, 'alice', 'p@ss')
      const project = '[project]\nname = "tiny"\nversion = "1.0"\ndescription = "tiny"\n[tool.poetry]\npackages = []\n'
      file(world, 'pyproject.toml', project)
      const env = { ...world.env, POETRY_REPOSITORIES_OURS_URL: `${origin}/`, POETRY_VIRTUALENVS_CREATE: 'false' }
      const poetry = (...words: string[]) =>
        world.run(client('tools', 'poetry'), ['--no-interaction', ...words], { env, cwd: world.session.folder })
      expect(await poetry('config', 'http-basic.ours', 'alice', 'p@ss')).toMatchObject({ exitCode: 0 })
      const kept = await world.run('keyring', ['get', 'poetry-repository-ours', 'alice'])
      expect(kept.stdout).toBe('p@ss\n')
      expect(await poetry('publish', '--repository', 'ours', '--dist-dir', 'dist')).toMatchObject({ exitCode: 0 })
      expect(existsSync(arrived)).toBe(true)
      expect(await poetry('config', '--unset', 'http-basic.ours')).toMatchObject({ exitCode: 0 })
      expect(await world.run('keyring', ['get', 'poetry-repository-ours', 'alice'])).toMatchObject({ exitCode: 1 })
    })
  })
})
