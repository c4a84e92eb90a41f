import type { Machine } from '../tool.ts'
import { command, saysIndex } from './names.ts'

/** The index of cargo's default registry, as cargo sends it to a provider; `undefined` if cargo does not say. */
export async function defaultIndex(machine: Machine): Promise<string | undefined> {
  const [cargo, ours] = [machine.program('cargo'), machine.ownCommand(command)]
  if (cargo === undefined || ours === undefined) return undefined
  const provider = `registry.credential-provider=${JSON.stringify([ours, saysIndex])}`
  const { stderr } = await machine.run(cargo, ['logout', '--config', provider])
  const said = stderr.split(`${saysIndex} `).at(-1) ?? ''
  return said === stderr ? undefined : said.split(/\s/)[0]
}
