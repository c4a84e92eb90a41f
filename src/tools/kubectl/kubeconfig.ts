import { join } from 'node:path'
import { isMap, isSeq, parseDocument, type YAMLMap } from 'yaml'
import { Failure } from '../../core/failure.ts'
import { hint } from '../../core/hint.ts'
import { isObject, objectIn } from '../../core/record.ts'
import type { Machine } from '../tool.ts'
import { kubeconfigFiles, kubectlFailed, runKubectl } from './client.ts'

/** A kubeconfig as kubectl merges it from its files. */
export interface Kubeconfig {
  readonly users: ReadonlyMap<string, Members>
  readonly currentUser: string | undefined
  /** The servers of the clusters with which contexts use a user. */
  serversOf(user: string): readonly string[]
}

export interface Members {
  readonly [name: string]: unknown
}

/** Reads the kubeconfig through kubectl. It holds secrets. */
export async function readKubeconfig(machine: Machine): Promise<Kubeconfig> {
  const ran = await runKubectl(machine, ['config', 'view', '--raw', '-o', 'json'])
  const whole = ran.exitCode === 0 ? objectIn(ran.stdout) : undefined
  if (whole === undefined) throw kubectlFailed('kubectl cannot read its configuration', ran)
  const [users, clusters, contexts] = [
    named(whole['users'], 'user'),
    named(whole['clusters'], 'cluster'),
    named(whole['contexts'], 'context'),
  ]
  const current = contexts.get(String(whole['current-context'] ?? ''))?.['user']
  return {
    users,
    currentUser: typeof current === 'string' ? current : undefined,
    serversOf(user) {
      const used = [...contexts.values()].filter((context) => context['user'] === user)
      const servers = used.map(({ cluster }) => clusters.get(String(cluster))?.['server'])
      return [...new Set(servers.filter((server) => typeof server === 'string'))]
    },
  }
}

/** The files that kubectl reads. */
export function filesOf(machine: Machine): readonly string[] {
  return kubeconfigFiles(machine) ?? [join(machine.home, '.kube', 'config')]
}

/**
 * Changes the entry of a user in the file that has it. Comments and the order of everything stay. Does nothing if no
 * file has it.
 */
export function editUser(machine: Machine, user: string, edit: (members: YAMLMap) => void): void {
  for (const file of filesOf(machine)) {
    const document = parseDocument(machine.files.read(file) ?? '', { logLevel: 'error' })
    if (document.errors.length > 0) throw unreadable(file)
    const users = document.get('users')
    const entry = isSeq(users) ? users.items.find((item) => isMap(item) && item.get('name') === user) : undefined
    if (!isMap(entry)) continue
    if ((entry.get('user') ?? null) === null) entry.set('user', document.createNode({}))
    const members = entry.get('user')
    if (!isMap(members)) throw unreadable(file)
    // kubectl writes an empty entry as {}, in whose style further members would be hard to read.
    if (members.items.length === 0) members.flow = false
    edit(members)
    machine.files.write(file, document.toString({ lineWidth: 0, indentSeq: false, flowCollectionPadding: false }))
    return
  }
}

function unreadable(file: string): Failure {
  return new Failure('malformed', `${file} is not a kubeconfig that can be changed`, {
    hints: [hint`fix it; nothing was changed`],
  })
}

/** The entries of a list by their names. The first of a name counts, as in kubectl. */
function named(list: unknown, member: string): ReadonlyMap<string, Members> {
  const all = new Map<string, Members>()
  for (const entry of Array.isArray(list) ? list : []) {
    if (!isObject(entry) || typeof entry['name'] !== 'string' || all.has(entry['name'])) continue
    const value = entry[member]
    all.set(entry['name'], isObject(value) ? value : {})
  }
  return all
}
