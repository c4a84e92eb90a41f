import { Failure } from '../../core/failure.ts'
import { isObject } from '../../core/record.ts'
import { blockIn, withBlock, withoutBlock } from '../block.ts'
import { membersAt, withoutValue, withValue } from '../json-text.ts'
import { helper } from './names.ts'

/*
 * The CLI configuration of Terraform and OpenTofu: `.terraformrc`, `.tofurc`, `*.tfrc` and `*.tfrc.json`. The syntax is
 * version 1 of HCL, or JSON if the first character is a brace. There is no library for it, and only the names at the
 * top are needed: https://github.com/hashicorp/hcl/tree/hcl1
 */

/** The names of a block or setting: `credentials_helper "x" {}` is `['credentials_helper', 'x']`. */
export type Names = readonly string[]

const token = new RegExp(
  [
    String.raw`(?<blank>(?:\s|#.*|//.*|/\*[\s\S]*?\*/)+)`,
    String.raw`(?<heredoc><<-?(?<mark>\w+)\r?\n[\s\S]*?^[ \t]*\k<mark>\r?$)`,
    String.raw`"(?<text>(?:\\.|\$\{[^}\n]*\}|\$(?!\{[^}\n]*\})|[^"\\\n$])*)"`,
    String.raw`(?<word>[\p{L}_][\p{L}\p{N}_.\-]*)`,
    String.raw`(?<number>[\-+]?[\d.][\w.+\-]*)`,
    String.raw`(?<sign>[\[\]\{\},=])`,
  ].join('|'),
  'muy',
)

/** The blocks and settings at the top of a configuration, in order. `undefined` if it cannot be read. */
export function namesIn(text: string): readonly Names[] | undefined {
  return isJson(text) ? namesInJson(text) : namesInHcl(text)
}

function isJson(text: string): boolean {
  return text.trimStart().startsWith('{')
}

function namesInJson(text: string): readonly Names[] | undefined {
  try {
    return membersAt(text, []).flatMap(([name, value]): readonly Names[] =>
      isObject(value) ? Object.keys(value).map((label) => [name, label]) : [[name]],
    )
  } catch {
    return undefined
  }
}

function namesInHcl(text: string): readonly Names[] | undefined {
  const found: Names[] = []
  let names: string[] = []
  let depth = 0
  let isValue = false
  for (let at = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at
    const { blank, text: label, word, sign } = token.exec(text)?.groups ?? {}
    if (token.lastIndex <= at) return undefined
    if (blank !== undefined) continue
    if (sign === '}' || sign === ']') depth--
    else if (depth > 0 || isValue) isValue = false
    else if (label !== undefined || word !== undefined) names.push(label ?? word ?? '')
    else if (sign !== ',' || names.length > 0) {
      if (names.length === 0 || (sign !== '{' && sign !== '=')) return undefined
      found.push(names)
      names = []
      isValue = sign === '='
    }
    if (sign === '{' || sign === '[') depth++
    if (depth < 0) return undefined
  }
  return depth === 0 && names.length === 0 && !isValue ? found : undefined
}

/** The helper that a configuration names: its label; `undefined` for none. A block without a label: empty. */
export function helperIn(text: string): string | undefined {
  const labels = (namesIn(text) ?? []).filter(([name]) => name === block).map(([, label]) => label ?? '')
  return labels.find((label) => label !== helper) ?? labels[0]
}

/** The hosts whose tokens the configuration itself has. */
export function hostsIn(text: string): readonly string[] {
  return (namesIn(text) ?? []).flatMap(([name, host]) => (name === 'credentials' && host !== undefined ? [host] : []))
}

/** The text with our block at its end. */
export function withHelper(text: string): string {
  if (isJson(text)) return withValue(text, [block, helper], {})
  const end = text === '' || text.endsWith('\n') ? text.split('\n').length - 1 : text.split('\n').length
  const after = withBlock(text, end, [`${block} "${helper}" {}`], () => false)
  if (JSON.stringify(namesIn(after)) === JSON.stringify([...(namesIn(text) ?? []), [block, helper]])) return after
  throw new Failure('refused', 'the configuration has a syntax to which nothing can be added')
}

/** The text without our block. A block that setup did not write stays. */
export function withoutHelper(text: string): string {
  if (!isJson(text)) return blockIn(text) === undefined ? text : withoutBlock(text)
  const labels = membersAt(text, [block]).map(([label]) => label)
  if (!labels.includes(helper)) return text
  return withoutValue(text, labels.length === 1 ? [block] : [block, helper])
}

const block = 'credentials_helper'
