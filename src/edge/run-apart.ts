import { vaultKeyDescriptor } from '../core/program.ts'
import { readDescriptor } from '../system/descriptor.ts'
import { feedDetached } from '../system/feed.ts'
import type { Environment } from '../system/machine.ts'
import { credbridgeItself } from './installation/itself.ts'

/** Runs `credbridge` itself, as `ClientMachine.runApart` says (system/machine.ts). */
export async function runApart(
  env: Environment,
  words: readonly string[],
  input: string,
  limit: number,
): Promise<void> {
  const [program, ...first] = credbridgeItself()
  const { ended } = await feedDetached(env, program, [...first, ...words], input, keyDescriptors(env))
  await within(limit, ended)
}

/** The descriptor of the vault's key, if the key was handed over so. Node closes it for child processes. */
function keyDescriptors(env: Environment): readonly number[] {
  const descriptor = Number(env[vaultKeyDescriptor] ?? '')
  return descriptor > 2 && readDescriptor(descriptor) !== undefined ? [descriptor] : []
}

/** Also keeps this process alive so long. */
async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  await Promise.race([work, limit])
  clearTimeout(timer)
}
