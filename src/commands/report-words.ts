import type { Command } from 'commander'
import { storeTypes } from '../stores/index.ts'
import { tools } from '../tools/index.ts'

/*
 * What may stand in a report that a person posts. Names that people or servers chose get numbered stand-ins. A text is
 * taken over word by word: only credbridge's own words and plain English ones pass, so nothing that a tool's file says
 * can get in.
 */

export interface StandIns {
  /** `endpoint-1`, `service-2`, `account-3`: the same name gets the same one. */
  of(what: 'endpoint' | 'service' | 'account', name: string): string
  /** The text with stand-ins, and `…` for every word that is not known to be harmless. */
  text(text: string): string
}

export function standIns(program: Command): StandIns {
  const names = new Map<string, string>()
  const counts = { endpoint: 0, service: 0, account: 0 }
  const product = productWords(program)

  function of(what: keyof typeof counts, name: string): string {
    const key = `${what} ${name}`
    const known = names.get(key)
    if (known !== undefined) return known
    counts[what] += 1
    const standIn = `${what}-${counts[what]}`
    names.set(key, standIn)
    return standIn
  }

  function standInFor(word: string): string | undefined {
    for (const what of ['endpoint', 'service', 'account'] as const) {
      const standIn = names.get(`${what} ${word}`)
      if (standIn !== undefined) return standIn
    }
    return undefined
  }

  function shown(word: string): string {
    const [, before = '', plain = '', after = ''] = /^([("']*)(.*?)([)"',;:.]*)$/s.exec(word) ?? []
    const isNumber = /^\d{1,3}$/.test(plain)
    if (plain === '' || product.has(plain)) return word
    const standIn = standInFor(plain)
    if (standIn !== undefined) return before + standIn + after
    return isNumber || english.has(plain.toLowerCase()) ? word : `…${/[,;:]$/.exec(after)?.[0] ?? ''}`
  }

  return {
    of,
    text: (text) =>
      text
        .split(/\s+/)
        .map(shown)
        .filter((word, at, all) => word !== '…' || all[at - 1] !== '…')
        .join(' '),
  }
}

/** The names of commands, options, tools and stores. */
function productWords(program: Command): ReadonlySet<string> {
  const below = (command: Command): readonly string[] => [
    command.name(),
    ...command.options.flatMap(({ long, short }) => [long ?? '', short ?? '']),
    ...command.commands.flatMap(below),
  ]
  const ofTools = tools.flatMap(({ name, commands, runs = [] }) => [name, ...commands, ...runs])
  return new Set([...below(program), ...ofTools, ...storeTypes.map(({ name }) => name)].filter((word) => word !== ''))
}

/** The words of doctor's lines that say nothing about anybody. */
const english: ReadonlySet<string> = new Set(
  `a about above absent account accounts address addresses after again all also an and another any anyone are as ask
  asked asking asks at authenticates be because before below belongs besides better both bus but by called can cannot
  cert certificate change changed changes chmod clear clock command commands comes configuration configured copies could
  credential credentials damaged default directory do does earlier empty encrypted end ended ends enough entry every environment
  error everything exist existing exists expire expired expires file files find finds first folder folders for forbids
  found from future gave gets go goes gone group has have helper helpers here home host hosts how if ignored ignores import in
  index installation installed instead into is it items its itself key keychain keyring keys kept know last later left longer line
  link links list lists locked login login logged lost made makes many may missing more most name named names never newer
  newest no node none not nothing nobody obfuscated of off old older on once one only open opens or other others out over
  own owner past path password passwords permit permits plain plugin point port process profile program programs project provider python read readable
  reached refused registries registry removed reports restorable restarts run runs same saved says sealed secret secrets see
  server servers service session set sets settings setup several sign-in sign-ins skipped so some soon started starts
  still store stored stores system taken than that the their them then there they this throw-away time times to token
  tokens too tool tried try turned under unknown unless unlock unlocked until update use used user users uses value
  values variable variables version wait was were what when where which while who whose why with without work works world
  would write writes written wrong yet you your`
    .split(/\s+/)
    .filter((word) => word !== ''),
)
