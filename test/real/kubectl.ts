import { join } from 'node:path'
import { isProgram, programOnPath } from './require.ts'

const own = join(import.meta.dirname, '..', '..', '.cache', 'kube-clients', 'kubectl')

/** The kubectl that `.ci/kube-clients` builds, which reads the policy in kuberc; `undefined` if it has not. */
export const newKubectl: string | undefined = isProgram(own) ? own : undefined

/** All kubectls that are there: the one on PATH, and the new one. */
export const kubectls: readonly string[] = [programOnPath('kubectl'), newKubectl].filter((path) => path !== undefined)
