import { join } from 'node:path'
import { Failure } from '../../../core/failure.ts'
import { type Hint, hint } from '../../../core/hint.ts'
import { blockIn, withoutBlock } from '../../block.ts'
import type { Change, Machine } from '../../tool.ts'
import { readIni, withOption, withoutOption } from '../plain/ini.ts'
import { withIniBlock } from './ini-block.ts'
import { fileOf, key, type Program, provider, wanted } from './pip-config.ts'

/*
 * Our line in pip's own file. `pip config set` would write the whole file anew, without its comments:
 * pip/_internal/configuration.py, `save`. So we write it, and pip says where the file is and whether it reads the line.
 */

const [section = '', option = ''] = key.split('.')
const line = `${option} = ${wanted}`

/** The second line of what is remembered: undo removes no file that was there before setup. */
const fileWasThere = 'the file was there'

/** Makes pip ask a keyring command. An empty list if it does already. */
export async function setting(machine: Machine, pip: Program): Promise<readonly Change[]> {
  const before = await provider(machine, pip)
  if (before === wanted) return []
  const file = await fileOf(machine, pip)
  if (file === undefined) {
    throw notRead(hint`write into the file that PIP_CONFIG_FILE names, below [${section}]: ${line}`)
  }
  const was = before === '' ? '' : ` (was ${before})`
  return [{ says: `pip: ${file} says ${line}${was}`, apply: () => set(machine, pip, file, before) }]
}

/** Restores what was there before. An empty list if setup wrote nothing. */
export async function unsetting(machine: Machine, pip: Program): Promise<readonly Change[]> {
  const before = machine.files.read(memory(machine))
  const [former = '', wasThere] = before?.split('\n') ?? []
  const file = await fileOf(machine, pip).catch((error) => {
    if (before === undefined) return undefined
    throw error
  })
  if (file === undefined && before !== undefined) {
    throw notRead(hint`take this line out of the file of pip that setup wrote, or unset PIP_CONFIG_FILE: ${line}`)
  }
  const text = file === undefined ? '' : (machine.files.read(file) ?? '')
  if (file === undefined || (blockIn(text) === undefined && before === undefined)) return []
  const after = blockIn(text) === undefined ? withFormer(text, former.trim()) : withoutBlock(text)
  const now = valueIn(after)
  return [
    {
      says: now === undefined ? `pip: ${file} no longer says ${line}` : `pip: ${file} says ${option} = ${now}`,
      apply() {
        if (after === '' && wasThere !== fileWasThere) machine.files.remove(file)
        else if (after !== text) machine.files.write(file, after)
        machine.files.remove(memory(machine))
      },
    },
  ]
}

async function set(machine: Machine, pip: Program, file: string, before: string): Promise<void> {
  const text = machine.files.read(file)
  machine.files.write(memory(machine), `${before}\n${text === undefined ? '' : fileWasThere}`)
  machine.files.write(file, withIniBlock(withoutBlock(text ?? ''), section, [line], isOurs))
  if ((await provider(machine, pip)) === wanted) return
  if (text === undefined) machine.files.remove(file)
  else machine.files.write(file, text)
  machine.files.remove(memory(machine))
  throw new Failure('refused', `pip does not read our line in ${file}`, {
    hints: [hint`write it yourself, below [${section}]: ${line}`],
  })
}

function notRead(what: Hint): Failure {
  return new Failure('refused', 'pip reads no file of yours', { hints: [what] })
}

/** pip takes both spellings of a name: pip/_internal/configuration.py, `_normalize_name`. */
function isOurs(name: string): boolean {
  return name.replaceAll('_', '-') === option
}

function valueIn(text: string): string | undefined {
  return readIni(text)
    .findLast((one) => one.section === section && isOurs(one.name))
    ?.value.join(' ')
}

/** `pip config`, called by a person or an earlier version of ours, has written the file anew without our marks. */
function withFormer(text: string, before: string): string {
  if (valueIn(text) !== wanted) return text
  const without = withoutOption(text, section, option)
  if (before !== '') return withOption(without, section, option, before)
  return without.trim() === `[${section}]` ? '' : without
}

function memory({ folders: places }: Machine): string {
  return join(places.state, 'pip-keyring-provider')
}
