/** What doctor says of a client that asks these programs, one after the other. */
export function asksInOrder(client: string, asked: readonly string[]): string {
  return `${client} asks ${asked.join(', then ')}`
}

/** The program that a setting names, for people. Its arguments may have a secret, so they are left out. */
export function shownProgram(setting: string): string {
  return shownCommand(setting.trim().split(/\s+/))
}

/** The same, of a setting in words. */
export function shownCommand([program = '', ...rest]: readonly string[]): string {
  const name = program.includes('=') ? 'a command' : program
  return rest.length === 0 ? name : `${name} …`
}
