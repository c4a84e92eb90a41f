import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stageFiles } from '../../../src/system/staged-files.ts'
import { npmItself } from '../../../src/tools/npm/machine.ts'
import { madeUp } from '../made-up-world.ts'

const answer = JSON.stringify({ registry: 'https://default.example.com/', 'two words': 1, 'ignore-scripts': false })
const path = '.state/npm-settings.json'

function withNpm() {
  let asked = 0
  const it = madeUp({
    run: async () => {
      asked++
      return { stdout: answer, stderr: '', exitCode: 0 }
    },
  })
  const [npm, file] = [it.put('programs/npm', ''), it.put('no-folder', '')]
  const world = { ...it.world, env: { PATH: `${file}:${join(npm, '..')}` } }
  return { ...it, world, asked: () => asked }
}

test('npm is asked once, and again where the answer cannot be read', async () => {
  const { world, put, read, asked } = withNpm()
  const known = await npmItself(world)
  expect(known.names.split('\n')).toEqual(['registry', 'two words', 'ignore-scripts'])
  expect(await npmItself(world)).toEqual(known)
  expect(asked()).toBe(1)
  for (const unreadable of ['{"settings":{},"names":["registry"]}', '{}', 'text']) put(path, unreadable)
  expect(await npmItself(world)).toEqual(known)
  expect(asked()).toBe(2)
  expect(JSON.parse(read(path) ?? '')).toMatchObject({ names: known.names })
})

test('a dry run keeps the answer among its own files', async () => {
  const { world, read } = withNpm()
  const staged = stageFiles(world.files)
  await npmItself({ ...world, files: staged.files })
  expect(staged.edits().map((edit) => edit.path)).toEqual([join(world.home, path)])
  expect(read(path)).toBeUndefined()
})
