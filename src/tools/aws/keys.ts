import { type CloudKeys, cloudKeys } from '../../core/cloud-keys.ts'
import { asFailure, Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { Secret } from '../../core/secret.ts'
import { withOption, withoutOption } from '../python/plain/ini.ts'
import type { Machine, PlainSecret } from '../tool.ts'
import { type Asked, askedBy, processOption } from './credential-process.ts'
import { cloud, tool } from './names.ts'
import { awsFiles, type ProfileSection, profilesIn } from './profiles.ts'

const idOption = 'aws_access_key_id'
const keyOption = 'aws_secret_access_key'
/** botocore also reads the older of the two names. */
const tokenOptions = ['aws_session_token', 'aws_security_token'] as const
const allOptions = [idOption, keyOption, ...tokenOptions]

/** The keys in a file that can be read, of one profile or of all. Keys that no client could use are left out. */
export function keysIn(machine: Machine, file: string, profile?: string): readonly PlainSecret[] {
  return profilesIn(machine, file)
    .filter((section) => profile === undefined || section.profile === profile)
    .flatMap((section) => plainSecret(machine, section) ?? [])
}

/** What prevents the keys of a section from being moved; `undefined` if nothing does, or if it has none. */
export function faultOf(section: ProfileSection): string | undefined {
  try {
    keysOf(section)
    return undefined
  } catch (error) {
    return `${section.file}, [${section.section}]: ${asFailure(error).message}`
  }
}

/** Writes the keys into a section again. Those that are there already stay. */
export function withKeys(text: string, section: string, { secret, parts = {} }: Omit<CloudKeys, 'kind'>): string {
  const { accessKeyId, sessionToken } = parts
  const lines = [
    [tokenOptions[0], sessionToken],
    [keyOption, secret],
    [idOption, accessKeyId],
  ] as const
  return lines.reduce((done, [name, value]) => {
    return value === undefined ? done : withOption(done, section, name, value.expose())
  }, text)
}

export function hasKeys({ options }: ProfileSection): boolean {
  return options.has(idOption) || options.has(keyOption)
}

function keysOf({ options }: ProfileSection): CloudKeys | undefined {
  const [id, key] = [options.get(idOption), options.get(keyOption)]
  if (id === undefined || key === undefined) return undefined
  const token = tokenOptions.map((name) => options.get(name)).find((text) => text !== undefined)
  return cloudKeys(new Secret(id), new Secret(key), token === undefined ? undefined : new Secret(token))
}

function plainSecret(machine: Machine, section: ProfileSection): PlainSecret | undefined {
  const keys = faultOf(section) === undefined ? keysOf(section) : undefined
  if (keys === undefined) return undefined
  const { file, section: name, profile } = section
  const asked = askedFor(machine, profile)
  const { account, endpoint }: Asked = asked ?? { account: profile, endpoint: cloud }
  return {
    where: `${file}, [${name}]`,
    credential: { account, endpoint, owner: tool, ...keys },
    asks:
      asked === undefined
        ? { why: `profile ${profile} does not ask credbridge`, setup: hint`credbridge setup aws --profile ${profile}` }
        : true,
    takeOut() {
      const now = profilesIn(machine, file).find((one) => one.section === name)
      const isSame = allOptions.every((one) => now?.options.get(one) === section.options.get(one))
      if (!isSame) throw new Failure('refused', `[${name}] in ${file} has other keys now, which stay`)
      const text = allOptions.reduce((left, one) => withoutOption(left, name, one), machine.files.read(file) ?? '')
      machine.files.write(file, text)
    },
    trace: { file, section: name },
  }
}

/** What the profile's `credential_process` asks us for; `undefined` if it does not ask us. */
function askedFor(machine: Machine, profile: string): Asked | undefined {
  const section = profilesIn(machine, awsFiles(machine).config).find((one) => one.profile === profile)
  return askedBy(section?.options.get(processOption) ?? '', profile)
}
