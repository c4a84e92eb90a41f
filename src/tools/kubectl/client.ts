import { delimiter, resolve } from 'node:path'
import { Failure } from '../../core/failure.ts'
import { linesSaidBy } from '../../core/hint.ts'
import type { Ran } from '../../core/program.ts'
import { installedProgram } from '../installed.ts'
import type { Machine } from '../tool.ts'

/** In milliseconds. */
const limit = 60_000

/** Runs the installed `kubectl`, on the kubeconfig files that the environment names. `unavailable` if there is none. */
export function runKubectl(machine: Machine, words: readonly string[]): Promise<Ran> {
  const named = kubeconfigFiles(machine)
  const env = named === undefined ? {} : { KUBECONFIG: named.join(delimiter) }
  return machine.run(kubectlProgram(machine), words, { limit, env })
}

/** The files that KUBECONFIG names, by absolute paths; `undefined` if it names none. */
export function kubeconfigFiles({ env, workingFolder }: Machine): readonly string[] | undefined {
  const files = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '')
  return files.length === 0 ? undefined : files.map((file) => resolve(workingFolder, file))
}

export function kubectlProgram(machine: Machine): string {
  return installedProgram(machine, 'kubectl')
}

/** A failure of kubectl, with the first lines of what it said. */
export function kubectlFailed(message: string, { stderr }: Ran): Failure {
  return new Failure('refused', message, { hints: linesSaidBy('kubectl', stderr) })
}
