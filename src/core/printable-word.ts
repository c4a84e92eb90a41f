/** Whether the text has printable ASCII characters only, no blank, and at least one. */
export function isPrintableWord(text: string): boolean {
  return /^[!-~]+$/.test(text)
}
