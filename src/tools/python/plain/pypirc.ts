import { join } from 'node:path'
import { Secret } from '../../../core/secret.ts'
import type { PlainSecret, World } from '../../tool.ts'
import { itemOf } from '../lookup.ts'
import { readIni, withOption, withoutOption } from './ini.ts'
import type { Source } from './source.ts'

/** `~/.pypirc`: a section for each upload address, with the password in the clear. */
export const pypirc: Source = {
  name: 'pypirc',

  find(world) {
    const file = fileOf(world)
    const options = readIni(world.files.read(file) ?? '')
    const secrets: PlainSecret[] = []
    const remarks: string[] = []
    for (const { section, value } of options.filter(({ name }) => name === 'password')) {
      const of = (name: string) =>
        options.find((option) => option.section === section && option.name === name)?.value.join('\n')
      const [repository, username] = [of('repository'), of('username')]
      if (repository === undefined || username === undefined) {
        remarks.push(`${file}, [${section}] stays as it is: it names no repository or no username`)
      } else {
        secrets.push(secretAt(world, file, section, { repository, username, password: value.join('\n') }))
      }
    }
    return { secrets, remarks }
  },

  putBack(world, { file = '', section = '' }, credential) {
    const text = world.files.read(file) ?? ''
    world.files.write(file, withOption(text, section, 'password', credential.secret.expose()))
  },
}

function fileOf({ home }: World): string {
  return join(home, '.pypirc')
}

function secretAt(
  world: World,
  file: string,
  section: string,
  { repository, username, password }: Readonly<Record<'repository' | 'username' | 'password', string>>,
): PlainSecret {
  return {
    where: `${file}, [${section}]`,
    credential: itemOf(repository, username, new Secret(password)),
    takeOut: () => world.files.write(file, withoutOption(world.files.read(file) ?? '', section, 'password')),
    trace: { source: 'pypirc', file, section },
  }
}
