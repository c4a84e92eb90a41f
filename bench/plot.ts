import type { Figures } from './measure.ts'

/** A group of bars. The longest time is as wide as the plot. */
export interface Chart {
  readonly title: string
  readonly bars: readonly { readonly label: string; readonly figures: Figures; readonly ours: boolean }[]
}

/**
 * A chart for each of these calls, with credbridge and its peers. Without the keychain store, which is not Linux's
 * usual one.
 */
export function charts(figures: readonly Figures[]): readonly Chart[] {
  return ['git get', 'git get + store', 'docker get', 'docker list of 50', 'keyring get'].flatMap((title) => {
    const own = figures.filter(({ name }) => name.startsWith(`${title}: `) && !name.endsWith(', keychain'))
    const bars = own
      .map((it) => ({ label: it.name.slice(title.length + 2), figures: it }))
      .map((bar) => ({ ...bar, ours: bar.label.includes(', ') }))
    return bars.length === 0 ? [] : [{ title, bars: bars.toSorted((a, b) => a.figures.median - b.figures.median) }]
  })
}

const [width, labelWidth, barHeight, gap, margin] = [860, 290, 16, 6, 20]
const barWidth = width - labelWidth - 110

/** The charts as one SVG. Bars are medians, thin lines reach from the minimum to the 90th percentile. */
export function plot(charts: readonly Chart[], caption: string): string {
  let y = margin
  const parts = charts.map((chart) => {
    const text = drawn(chart, y)
    y += 34 + chart.bars.length * (barHeight + gap) + 14
    return text
  })
  const height = y + 24
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Median times beside other helpers">
<style>
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600 }
.small { font-size: 11px; fill: #57606a }
.ours { fill: #0b6e4f }
.theirs { fill: #8c959f }
line { stroke: #24292f; stroke-width: 1 }
</style>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${parts.join('\n')}
<text class="small" x="${margin}" y="${height - 14}">${escaped(caption)}</text>
</svg>
`
}

function drawn({ title, bars }: Chart, top: number): string {
  const longest = Math.max(...bars.map(({ figures }) => figures.p90))
  const scale = (time: number) => ((time / longest) * barWidth).toFixed(1)
  const rows = bars.map(({ label, figures: { median, min, p90 }, ours }, at) => {
    const y = top + 30 + at * (barHeight + gap)
    const middle = y + barHeight / 2
    const from = labelWidth + Number(scale(min))
    const to = labelWidth + Number(scale(p90))
    return [
      `<text x="${labelWidth - 10}" y="${y + 13}" text-anchor="end">${escaped(label)}</text>`,
      `<rect class="${ours ? 'ours' : 'theirs'}" x="${labelWidth}" y="${y}" width="${scale(median)}" height="${barHeight}"/>`,
      `<line x1="${from.toFixed(1)}" y1="${middle}" x2="${to.toFixed(1)}" y2="${middle}"/>`,
      `<text x="${(to + 8).toFixed(1)}" y="${y + 13}">${median.toFixed(1)} ms</text>`,
    ].join('\n')
  })
  return [`<text class="title" x="${margin}" y="${top + 16}">${escaped(title)}</text>`, ...rows].join('\n')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
