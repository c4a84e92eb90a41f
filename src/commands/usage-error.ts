import { printable } from '../core/failure-text.ts'

/** commander's text of a usage error in our own style: what is wrong, then hints, no full stops. */
export function usageError(text: string): string {
  const [first = '', ...suggestions] = text.trimEnd().split('\n')
  const sentence = first.replace(/^error: /, '')
  const [end = '', expected] = /\. (Allowed choices are .*|Expected \d+ .*)\.$/.exec(sentence) ?? []
  const message = sentence.slice(0, sentence.length - end.length).replace(/\.$/, '')
  const asked = suggestions.map((line) => line.replace(/^\(Did you mean (.*)\?\)$/, 'did you mean $1'))
  if (asked.length === 0 && message.startsWith('unknown command ')) asked.push('credbridge --help')
  const hints = [...(expected === undefined ? [] : [expected.charAt(0).toLowerCase() + expected.slice(1)]), ...asked]
  return [`credbridge: ${message}`, ...hints.map((line) => `hint: ${line}`)]
    .map((line) => `${printable(line)}\n`)
    .join('')
}
