import type { StoreOption } from '../store-type.ts'

/** The options that name the server. `before` stands before each description. */
export function serverOptions(before: string): readonly StoreOption[] {
  const options = [
    ['--address <url>', 'the address of the server'],
    ['--mount <name>', 'the mount of its KV engine, version 2'],
    ['--namespace <name>', 'the namespace'],
    ['--ca-file <file>', "the certificate of the server's authority"],
    ['--place <place...>', 'folders of the mount, in the order of reading'],
  ] as const
  return options.map(([flags, description]) => ({ flags, description: `${before}${description}` }))
}
