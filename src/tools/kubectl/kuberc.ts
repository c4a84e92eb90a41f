import { join, resolve } from 'node:path'
import { type Document, isMap, isSeq, parseDocument, type YAMLSeq } from 'yaml'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { objectIn } from '../../core/record.ts'
import type { Change, Machine } from '../tool.ts'
import { runKubectl } from './client.ts'

/*
 * Since 1.35 a person may say in kuberc which programs kubectl may start for credentials:
 * https://kubernetes.io/docs/reference/kubectl/kuberc/#credential-plugin-policy
 */

const policyMember = 'credentialPluginPolicy'
const listMember = 'credentialPluginAllowlist'

export function kubercFile({ env, home, workingFolder }: Machine): string {
  const named = env['KUBERC'] ?? ''
  return named === '' ? join(home, '.kube', 'kuberc') : resolve(workingFolder, named)
}

/**
 * Adds our program to the list of programs that kubectl may start, if there is one. `refused` if none may be started.
 */
export async function allowing(machine: Machine, program: string): Promise<readonly Change[]> {
  const file = kubercFile(machine)
  const document = read(machine, file)
  const policy = document?.get(policyMember)
  if (policy === 'DenyAll') {
    throw new Failure('refused', `${file} forbids kubectl to start any program for credentials`, {
      hints: [hint`in that file: ${policyMember}: Allowlist`],
    })
  }
  if (document === undefined || policy !== 'Allowlist' || isAllowed(document, program)) return []
  const name = await memberName(machine, listIn(document))
  return [
    {
      says: `${file}: kubectl may start ${program}`,
      apply() {
        const now = parsed(machine, file)
        const list = listIn(now)
        if (list === undefined) now.set(listMember, [{ [name]: program }])
        else list.add(now.createNode({ [name]: program }))
        write(machine, file, now)
      },
    },
  ]
}

/** Removes our programs from that list. */
export function forbidding(machine: Machine, isOurs: (program: string) => boolean): readonly Change[] {
  const file = kubercFile(machine)
  const document = read(machine, file)
  const list = document === undefined ? undefined : listIn(document)
  if (list === undefined || !list.items.some((item) => isOurs(programIn(item) ?? ''))) return []
  return [
    {
      says: `${file}: kubectl may no longer start credbridge`,
      apply() {
        const now = parsed(machine, file)
        const all = listIn(now)
        if (all !== undefined) all.items = all.items.filter((item) => !isOurs(programIn(item) ?? ''))
        write(machine, file, now)
      },
    },
  ]
}

/** Whether kubectl may start the program, as far as kuberc says. */
export function mayStart(machine: Machine, program: string): boolean {
  const document = read(machine, kubercFile(machine))
  const policy = document?.get(policyMember)
  return policy === 'Allowlist' && document !== undefined ? isAllowed(document, program) : policy !== 'DenyAll'
}

function isAllowed(document: Document, program: string): boolean {
  return listIn(document)?.items.some((item) => programIn(item) === program) === true
}

/** In 1.35 an entry has the member `name`, later `command`; kubectl refuses a file with the other one. */
async function memberName(machine: Machine, list: YAMLSeq | undefined): Promise<'name' | 'command'> {
  const [first] = list?.items ?? []
  if (isMap(first)) return first.has('command') ? 'command' : 'name'
  const { stdout } = await runKubectl(machine, ['version', '--client', '-o', 'json'])
  const version = objectIn(JSON.stringify(objectIn(stdout)?.['clientVersion'] ?? {}))
  return Number.parseInt(String(version?.['minor']), 10) < 36 ? 'name' : 'command'
}

function programIn(item: unknown): string | undefined {
  const program = isMap(item) ? (item.get('command') ?? item.get('name')) : undefined
  return typeof program === 'string' ? program : undefined
}

function listIn(document: Document): YAMLSeq | undefined {
  const list = document.get(listMember)
  return isSeq(list) ? list : undefined
}

function read(machine: Machine, file: string): Document | undefined {
  return machine.files.exists(file) ? parsed(machine, file) : undefined
}

function parsed(machine: Machine, file: string): Document {
  const document = parseDocument(machine.files.read(file) ?? '', { logLevel: 'error' })
  if (document.errors.length === 0 && isMap(document.contents)) return document as Document
  throw new Failure('malformed', `${file} cannot be read`, { hints: [hint`fix it; nothing was changed`] })
}

function write(machine: Machine, file: string, document: Document): void {
  machine.files.write(file, document.toString({ lineWidth: 0, indentSeq: false, flowCollectionPadding: false }))
}
