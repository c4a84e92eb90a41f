import { join } from 'node:path'
import { Secret } from '../../../core/secret.ts'
import type { Machine, PlainSecret } from '../../tool.ts'
import { itemOf } from '../lookup.ts'
import { readIni, withOption, withoutOption } from './ini.ts'
import type { Source } from './source.ts'
import { repositoriesOfTwine } from './twine.ts'

/** The sections whose address and user name twine has by default. */
const known = ['pypi', 'testpypi']
const tokenUser = '__token__'

/** `~/.pypirc`: a section for each upload address, with an unencrypted password. */
export const pypirc: Source = {
  name: 'pypirc',

  async find(machine) {
    const file = fileOf(machine)
    const options = readIni(machine.files.read(file) ?? '')
    const passwords = options.filter(({ name }) => name === 'password')
    const isKnown = passwords.some(({ section }) => known.includes(section))
    const twines = isKnown ? await repositoriesOfTwine(machine) : {}
    const secrets: PlainSecret[] = []
    const remarks: string[] = []
    for (const { section, value } of passwords) {
      const of = (name: string) =>
        options.find((option) => option.section === section && option.name === name)?.value.join('\n')
      const repository = of('repository') ?? twines[section]
      const username = of('username') ?? (known.includes(section) ? tokenUser : undefined)
      if (repository === undefined || username === undefined) {
        const why = known.includes(section)
          ? 'without twine nothing says its repository'
          : 'it names no repository or no username'
        remarks.push(`${file}, [${section}] stays as it is: ${why}`)
      } else {
        secrets.push(secretAt(machine, file, section, { repository, username, password: value.join('\n') }))
      }
    }
    return { secrets, remarks }
  },

  putBack(machine, { file = '', section = '' }, credential) {
    const text = machine.files.read(file) ?? ''
    machine.files.write(file, withOption(text, section, 'password', credential.secret.expose()))
  },
}

function fileOf({ home }: Machine): string {
  return join(home, '.pypirc')
}

function secretAt(
  machine: Machine,
  file: string,
  section: string,
  { repository, username, password }: Readonly<Record<'repository' | 'username' | 'password', string>>,
): PlainSecret {
  return {
    where: `${file}, [${section}]`,
    credential: itemOf(repository, username, new Secret(password)),
    takeOut: () => machine.files.write(file, withoutOption(machine.files.read(file) ?? '', section, 'password')),
    trace: { source: 'pypirc', file, section },
  }
}
