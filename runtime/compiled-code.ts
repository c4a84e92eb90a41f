/** Does nothing: the executable has its code compiled. */
export function compileCommands(): void {}
