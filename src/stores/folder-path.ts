/** Whether the text is names of folders between slashes, as a server of OpenBao keeps them. `{me}` stands for the person. */
export function isFolderPath(text: string): boolean {
  const names = text.replaceAll('{me}', 'me').split('/')
  return names.every((name) => /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name) && !name.endsWith('.'))
}
