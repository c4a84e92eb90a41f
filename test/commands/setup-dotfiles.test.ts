import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { built } from '../real/commands.ts'
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

needs('the build (npm run build)', built)('setup without a tool, over a home full of dotfiles', () => {
  needsPrograms('git', 'npm')('with the programs of this machine', () => {
    test('is undone to the byte, and may be done twice', { timeout: 240_000 }, async () => {
      const home = importHome(
        files,
        programs.filter((program) => programOnPath(program) !== undefined),
      )
      writeFileSync(join(home.commands, 'docker'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
      const ours = () => Object.entries(home.files()).filter(([name]) => !name.startsWith('.npm/'))
      const before = ours()
      const setUp = await home.credbridge('setup', '--yes', '--no-prove')
      expect(setUp.stderr).toMatch(/\n\d+ set up/)
      expect(setUp.stderr).toMatch(/^npm +.*\n( +.*\n)* +stays plain: .*\.npmrc/m)
      const after = ours()
      expect(after).not.toEqual(before)
      await home.credbridge('setup', '--yes', '--no-prove')
      expect(ours()).toEqual(after)
      await home.credbridge('setup', '--undo', '--yes')
      expect(ours()).toEqual(before)
    })
  })
})
