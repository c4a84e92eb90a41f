import { isObject } from '../../core/record.ts'
import { installedCommand } from '../installed.ts'
import type { Machine } from '../tool.ts'
import type { Members } from './kubeconfig.ts'
import { command, versions } from './names.ts'

/** What a user of a kubeconfig asks us. */
export interface Asked {
  readonly command: string
  /** Absent: no account is named. */
  readonly account?: string
  /** All members are as setup writes them. */
  readonly isWhole: boolean
}

/** The request in the user's `exec`; `undefined` if it does not name our command, of any installation. */
export function askedBy({ exec }: Members): Asked | undefined {
  if (!isObject(exec) || typeof exec['command'] !== 'string' || !namesOwnCommand(exec['command'])) return undefined
  const words = Array.isArray(exec['args']) ? exec['args'] : []
  const [account, ...more] = words.filter((word) => typeof word === 'string')
  const isWhole =
    (versions as readonly unknown[]).includes(exec['apiVersion']) &&
    exec['provideClusterInfo'] === true &&
    more.length === 0
  return { command: exec['command'], isWhole, ...(account === undefined ? {} : { account }) }
}

/** The words of `kubectl config` that make a user ask us. */
export function settingWords(program: string, user: string, account: string | undefined): readonly string[] {
  const [version] = versions
  const exec = [
    `--exec-command=${program}`,
    `--exec-api-version=${version}`,
    '--exec-interactive-mode=Never',
    '--exec-provide-cluster-info=true',
    ...(account === undefined ? [] : [`--exec-arg=${account}`]),
  ]
  return ['config', 'set-credentials', ...exec, '--', user]
}

/** The absolute path of our command: kubectl may have another PATH. */
export function ourProgram(machine: Machine): string {
  return installedCommand(machine, command)
}

export function namesOwnCommand(program: string): boolean {
  return /(^|[/\\])credbridge-kubectl(\.exe|\.cmd|\.cjs)?$/.test(program)
}
