import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { built } from '../real/commands.ts'
import { thorough, usual, usually } from '../real/depth.ts'
import { needs, needsPrograms, programOnPath } from '../real/require.ts'
import { dotfiles, importHome } from './import-home.ts'

/* A home full of dotfiles, with comments and odd spacing: setup of every tool that is here, and its undo, to the byte. */

const programs = ['git', 'npm', 'go', 'kubectl', 'terraform', 'podman', 'skopeo', 'cargo', 'uv', 'helm', 'bazel']

/** What setup would take over is signed in elsewhere; undo leaves it with credbridge (docs/import.md). */
const files: Readonly<Record<string, string>> = {
  ...dotfiles,
  '.gitconfig': '# mine\n[user]\n\tname = Bob ; the builder\n[credential]\n\t# none yet\n\tusername=bob\n',
  '.docker/config.json': '{\n\t"psFormat" : "table",\n  "credHelpers": {}\n}',
  '.config/containers/auth.json': '{"auths":{}}\n',
  '.config/helm/registry/config.json': '{ "auths": {} }\n',
  '.config/containers/registries.conf.d/mine.conf': '# mine\nunqualified-search-registries = [ "quay.example.com" ]\n',
  '.terraformrc': '# mine\nplugin_cache_dir   = "/tmp/plugins" # all\n',
  '.bazelrc': '# mine\nbuild --jobs=2\n',
  '.config/go/env': 'GOFLAGS=-mod=mod\n',
  '.config/go/telemetry/mode': 'off', // go counts its calls there.
}

usually(needs('the build (npm run build)', built))('setup without a tool, over a home full of dotfiles', () => {
  needsPrograms('git', 'npm')('with the programs of this machine', () => {
    usual('is undone to the byte, and may be done twice', { timeout: 240_000 }, async () => {
      const home = importHome(
        files,
        programs.filter((program) => programOnPath(program) !== undefined),
      )
      writeFileSync(join(home.commands, 'docker'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
      const ours = () => Object.entries(home.files()).filter(([name]) => !name.startsWith('.npm/'))
      const before = ours()
      const setUp = await home.credbridge('setup', '--yes', '--no-prove')
      expect(setUp.stderr).toMatch(/\n\d+ set up/)
      expect(setUp.stderr).toMatch(/^npm +.* {2}~\/\.npmrc, line /m)
      const after = ours()
      expect(after).not.toEqual(before)
      await home.credbridge('setup', '--yes', '--no-prove')
      expect(ours()).toEqual(after)
      await home.credbridge('setup', '--undo', '--yes')
      expect(ours()).toEqual(before)
    })
  })
})

usually(needs('the build (npm run build)', built))('folders that setup made', () => {
  usual('go with its undo if they are empty, and no others do', async () => {
    const home = importHome({ '.gitconfig': '' }, ['git', 'sh', 'env'])
    for (const program of ['docker', 'helm', 'cargo'])
      writeFileSync(join(home.commands, program), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    mkdirSync(join(home.home, '.cargo'))
    const folders = () =>
      readdirSync(home.home, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ parentPath, name }) => join(parentPath, name).slice(home.home.length + 1))
        .filter((name) => !/^\.local(\/|$)/.test(name))
        .toSorted()
    const before = folders()
    expect(await home.credbridge('setup', '--yes', '--no-prove')).toMatchObject({ exitCode: 0 })
    expect(folders()).toEqual(expect.arrayContaining(['.config', '.config/helm/registry', '.docker']))
    home.write('.docker/mine', 'x')
    await home.credbridge('setup', 'docker', '--undo')
    await home.credbridge('setup', 'helm', '--undo')
    expect(folders()).toEqual([...before, '.docker'].toSorted())
    rmSync(join(home.home, '.docker', 'mine'))
    expect(await home.credbridge('setup', '--undo', '--yes')).toMatchObject({ exitCode: 0 })
    expect(folders()).toEqual(before)
  })
})

needs('the build (npm run build)', built)('docker’s sign-ins that setup took over', () => {
  const auth = Buffer.from('bob:hush').toString('base64')
  const config = '.docker/config.json'

  /** A home with this configuration, where setup has taken over what it has. */
  async function takenOver(text: string) {
    const home = importHome({ [config]: text, '.pypirc': dotfiles['.pypirc'] ?? '' }, ['sh', 'env'])
    writeFileSync(join(home.commands, 'docker'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    expect(await home.credbridge('setup', 'docker', '--yes')).toMatchObject({ exitCode: 0 })
    expect(home.read(config)).not.toContain(auth)
    return home
  }

  const undoSetup = ['setup', 'docker', '--undo']
  const undoImport = ['import', 'docker', '--undo', '--yes']

  const layouts = [
    `{\n\t"auths": {\n\t\t"r.example.com": {\n\t\t\t"auth": "${auth}"\n\t\t}\n\t},\n  "psFormat" : "table"\n}`,
    `{"psFormat":"table",  "auths":{ "r.example.com" : {"email":"b@example.com",   "auth":"${auth}"} , "s.example.com":{"auth":"${auth}"}}}\n`,
    `{\r\n    "auths": {\r\n        "r.example.com": { "auth" : "${auth}" },\r\n        "s.example.com": {}\r\n    }\r\n}\r\n`,
  ] as const
  const goesBack = async (before: string) => {
    for (const steps of [
      [undoSetup, undoImport],
      [undoImport, undoSetup],
    ]) {
      const home = await takenOver(before)
      for (const words of steps) expect(await home.credbridge(...words)).toMatchObject({ exitCode: 0 })
      expect(home.read(config)).toBe(before)
    }
  }
  usual.each(layouts.slice(0, 1))('are put back to the byte: %j', goesBack)
  thorough.each(layouts.slice(1))('are put back to the byte: %j', goesBack)

  usual('where somebody else changed the file, nothing else changes', async () => {
    const before = `{ "auths" :{ "r.example.com" :\n  { "auth":"${auth}" }}}`
    const home = await takenOver(before)
    home.write(config, home.read(config).replace('{ "auths"', '{ "detachKeys": "ctrl-q" , "auths"'))
    expect(await home.credbridge(...undoSetup)).toMatchObject({ exitCode: 0 })
    expect(await home.credbridge(...undoImport)).toMatchObject({ exitCode: 0 })
    expect(home.read(config)).toBe(before.replace('{ "auths"', '{ "detachKeys": "ctrl-q" , "auths"'))
  })

  thorough('are put back though the journal names one twice, in another layout', async () => {
    const text = (space: string) => `{"auths":{"r.example.com":{"auth":${space}"${auth}"}}}`
    const home = await takenOver(text(''))
    expect(await home.credbridge(...undoSetup)).toMatchObject({ exitCode: 0 })
    home.write(config, text('  '))
    expect(await home.credbridge('setup', 'docker', '--yes')).toMatchObject({ exitCode: 0 })
    expect(await home.credbridge(...undoImport)).toMatchObject({ exitCode: 0 })
    expect(await home.credbridge(...undoSetup)).toMatchObject({ exitCode: 0 })
    expect(home.read(config)).toBe(text('  '))
  })

  usual.each([`"registrytoken":"s3cret"`, `"auth":"s3cret"`])(
    'leave no other secret of theirs with us: %s',
    async (more) => {
      const home = await takenOver(`{"auths":{"r.example.com":{${more},"auth":"${auth}"}}}`)
      const journal = home.read('.local/state/credbridge/imported.json')
      expect(journal).toContain('https://r.example.com')
      expect(journal).not.toContain('s3cret')
    },
  )

  usual('go back with the last import, after one question', async () => {
    const before = `{"auths":{"r.example.com":{"auth":"${auth}"}}}`
    const home = await takenOver(before)
    expect(await home.credbridge('import', '--yes', '--without-setup')).toMatchObject({ exitCode: 0 })
    for (const words of [
      ['import', '--undo'],
      ['import', 'docker', '--undo'],
    ]) {
      const asked = await home.credbridge(...words)
      expect(asked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no terminal to ask on') })
      expect(asked.stderr).toContain('docker: bob at https://r.example.com\n')
    }
    expect(await home.credbridge('import', '--undo', '--yes')).toMatchObject({ exitCode: 0 })
    expect(await home.credbridge(...undoSetup)).toMatchObject({ exitCode: 0 })
    expect([home.read(config), home.read('.pypirc')]).toEqual([before, dotfiles['.pypirc']])
  })
})
