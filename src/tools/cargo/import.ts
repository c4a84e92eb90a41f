import type { Credential } from '../../core/credential.ts'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import type { FoundSecrets, Machine, PlainSecret, PlainSecrets, SetupOptions } from '../tool.ts'
import { type TokenLine, tokenLine, withoutToken, withToken } from './credentials-edits.ts'
import { defaultIndex } from './default-index.ts'
import { addressIn } from './index-address.ts'
import { credentialsFile } from './places.ts'
import { indexOf, otherProviders, tableIn } from './registries.ts'
import { isPrintable, proofOf, tokenOf } from './token.ts'
import { type Path, parsed, valueAt } from './toml.ts'

/** The tokens in cargo's credentials.toml: `[registry]` for the default registry, `[registries.NAME]` for others. */
export const cargoPlainSecrets: PlainSecrets = {
  async find(machine, options): Promise<FoundSecrets> {
    const file = credentialsFile(machine)
    const text = file === undefined ? undefined : machine.files.read(file)
    if (file === undefined || text === undefined) return { secrets: [], remarks: [] }
    const content = parsed(text)
    if (content === undefined) throw new Failure('malformed', `${file} is not TOML`, { hints: [hint`fix it first`] })
    const [secrets, remarks]: [PlainSecret[], string[]] = [[], []]
    const tables: readonly Path[] = [
      ['registry'],
      ...Object.keys(tableIn(content, 'registries')).map((name): Path => ['registries', name]),
    ]
    for (const table of tables) {
      const token = valueAt(content, [...table, 'token'])
      const key = valueAt(content, [...table, 'secret-key'])
      if (key !== undefined)
        remarks.push(`${file}, ${table.join('.')}: a secret key stays, only cargo can sign with it`)
      if (typeof token !== 'string' || token === '') continue
      const found = await secretAt(machine, file, text, table, token, options)
      if (typeof found === 'string') remarks.push(`${file}, ${table.join('.')}: ${found}`)
      else secrets.push(found)
    }
    return { secrets, remarks }
  },

  putBack(machine, { file = '', path = '[]', line = '{}' }, credential) {
    const where = JSON.parse(path) as Path
    const token = tokenOf(credential)
    const text = machine.files.read(file) ?? ''
    const now = valueAt(parsed(text), where)
    if (now === token) return
    const after = now === undefined ? withToken(text, where, token, JSON.parse(line) as TokenLine) : undefined
    if (after === undefined)
      throw new Failure('refused', `${file} has changed, and has another token or no place for it`)
    machine.files.write(file, after)
  },
}

/** A text: why the token stays. */
async function secretAt(
  machine: Machine,
  file: string,
  text: string,
  table: Path,
  token: string,
  options: SetupOptions,
): Promise<PlainSecret | string> {
  const [, name] = table
  const index = name === undefined ? await defaultIndex(machine) : (named(options, name) ?? indexOf(machine, name))
  if (index === undefined && name === undefined)
    return 'cargo does not say where its default registry is, so it stays; to move it, first: credbridge setup cargo'
  if (index === undefined) return `nothing of yours says where the registry is, so it stays (--index ${name}=<url>)`
  const endpoint = addressIn(index)
  if (endpoint === undefined) return 'its index is not on a server, so it stays'
  if (!isPrintable(token)) return 'it has characters that cargo cannot send, so it stays'
  const path = [...table, 'token']
  const line = tokenLine(text, path)
  if (line === undefined) return 'it is written in a way that cannot be taken out, so it stays'
  const credential: Credential = { endpoint, account: '', owner: 'cargo', ...proofOf(token) }
  const other = otherProviders(machine).find(([registry]) => registry === table.join('.'))
  return {
    where: `${file}, line ${line.at + 1}`,
    credential,
    saving: { oneAccount: true },
    ...(other === undefined ? {} : { asks: { why: `for ${table.join('.')}, cargo asks ${other[1]}`, setup } }),
    takeOut: () => takeOut(machine, file, path, token),
    trace: { file, path: JSON.stringify(path), line: JSON.stringify(line) },
  }
}

const setup = hint`remove its credential-provider from cargo's config.toml`

function takeOut(machine: Machine, file: string, path: Path, token: string): void {
  const text = machine.files.read(file) ?? ''
  const without = valueAt(parsed(text), path) === token ? withoutToken(text, path) : undefined
  if (without === undefined) {
    throw new Failure('refused', `${file} has changed meanwhile: the secret is saved, and also still in the file`)
  }
  machine.files.write(file, without.text)
}

/** What the person says about a registry: `name=url`. */
function named({ index }: SetupOptions, name: string): string | undefined {
  const all = Array.isArray(index) ? (index as readonly string[]) : []
  return all.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1)
}
