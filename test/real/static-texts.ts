/*
 * Texts that a program in Rust holds in tables: pairs of an address and a length in a section that the loader relocates
 * (ELF, R_X86_64_RELATIVE). Tables of names are found so in a program that says them nowhere else.
 */

const relative = 8n

interface Section {
  readonly name: string
  readonly address: number
  readonly offset: number
  readonly size: number
}

/** Runs of neighbouring texts that look like names, in the order of the program. */
export function tablesOfNames(program: Buffer): readonly (readonly string[])[] {
  const sections = sectionsOf(program)
  const place = (address: number) => {
    const section = sections.find(
      (one) => one.address > 0 && one.address <= address && address < one.address + one.size,
    )
    return section === undefined ? undefined : address - section.address + section.offset
  }
  const relocations = sections.find(({ name }) => name === '.rela.dyn')
  if (relocations === undefined) throw new Error('no program that the loader relocates')
  const texts = new Map<number, string>()
  for (let at = relocations.offset; at < relocations.offset + relocations.size; at += 24) {
    if ((program.readBigUInt64LE(at + 8) & 0xffffffffn) !== relative) continue
    const address = Number(program.readBigUInt64LE(at))
    const [pair, start] = [place(address), place(Number(program.readBigUInt64LE(at + 16)))]
    const length = pair === undefined ? 0n : program.readBigUInt64LE(pair + 8)
    if (start === undefined || length === 0n || length > 60n) continue
    const text = program.toString('latin1', start, start + Number(length))
    if (/^[\x20-\x7e]+$/.test(text)) texts.set(address, text)
  }
  return runsOf([...texts].sort(([a], [b]) => a - b))
}

function runsOf(texts: readonly (readonly [number, string])[]): readonly (readonly string[])[] {
  const runs: string[][] = []
  let before = 0
  for (const [address, text] of texts) {
    const isName = /^[a-z_][A-Za-z0-9_.-]*$/.test(text)
    if (!isName || address - before > 32 || runs.length === 0) runs.push([])
    if (isName) runs.at(-1)?.push(text)
    before = address
  }
  return runs
}

function sectionsOf(program: Buffer): readonly Section[] {
  const table = Number(program.readBigUInt64LE(0x28))
  const [size, count, names] = [program.readUInt16LE(0x3a), program.readUInt16LE(0x3c), program.readUInt16LE(0x3e)]
  const raw = Array.from({ length: count }, (_, at) => program.subarray(table + at * size, table + (at + 1) * size))
  const texts = Number(raw[names]?.readBigUInt64LE(0x18))
  return raw.map((one) => {
    const start = texts + one.readUInt32LE(0)
    return {
      name: program.toString('latin1', start, program.indexOf(0, start)),
      address: Number(one.readBigUInt64LE(0x10)),
      offset: Number(one.readBigUInt64LE(0x18)),
      size: Number(one.readBigUInt64LE(0x20)),
    }
  })
}
