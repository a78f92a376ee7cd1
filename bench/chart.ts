// The chart of the README: what a delivery, and an event for one of many, costs each contender. Drawn as
// SVG, once for light pages and once for dark ones.

import type { Result } from './report.ts'

type Theme = { readonly text: string; readonly faint: string; readonly own: string; readonly other: string }

export const themes: { readonly [name: string]: Theme } = {
  light: { text: '#1f2328', faint: '#d1d9e0', own: '#0969da', other: '#8c959f' },
  dark: { text: '#f0f6fc', faint: '#3d444d', own: '#4493f8', other: '#6e7681' },
}

type Bar = { readonly name: string; readonly value: number; readonly isOwn: boolean }

type Panel = {
  readonly title: string
  readonly bars: readonly Bar[]
  /** Where a bar ends, from 0 to 1. */
  readonly scale: (value: number) => number
}

const width = 820
const labelWidth = 230
const barWidth = 480
const rowHeight = 24
const titleHeight = 40
const gap = 28

/** @throws Error where W1s or W2 has not been measured */
export function drawChart(results: readonly Result[], theme: Theme): string {
  const panels = [
    panelOf(results, {
      workload: 'W1s',
      figure: 'CPU µs/delivery',
      title: 'CPU per delivery in µs: 1,000 subscribers of the same events',
      scale: (most) => (value) => value / most,
    }),
    panelOf(results, {
      workload: 'W2',
      figure: 'CPU µs/event',
      title: 'CPU per event in µs: 5,000 subscribers, each event is for one (logarithmic)',
      scale: (most) => (value) => Math.log10(Math.max(value, 1)) / Math.log10(most),
    }),
  ]
  const heights = panels.map(({ bars }) => titleHeight + bars.length * rowHeight)
  const drawn = panels.map((panel, i) =>
    drawPanel(
      panel,
      heights.slice(0, i).reduce((sum, height) => sum + height + gap, 0),
      theme,
    ),
  )
  const height = heights.reduce((sum, one) => sum + one, gap * (panels.length - 1)) + 8
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${panels.map(({ title }) => title).join('; ')}</title>`,
    ...drawn.flat(),
    '</svg>',
    '',
  ].join('\n')
}

type Choice = {
  readonly workload: string
  readonly figure: string
  readonly title: string
  readonly scale: (most: number) => Panel['scale']
}

function panelOf(results: readonly Result[], { workload, figure, title, scale }: Choice): Panel {
  const result = results.find((one) => one.workload === workload)
  if (result === undefined) throw new Error(`the chart needs the workload ${workload}`)
  const bars = result.subjects.flatMap(({ name, figures }) => {
    const value = figures[figure]?.median
    return value === undefined ? [] : { name, value, isOwn: name.startsWith('Heliograph') }
  })
  return { title, bars, scale: scale(Math.max(...bars.map(({ value }) => value))) }
}

function drawPanel({ title, bars, scale }: Panel, top: number, theme: Theme): string[] {
  const baseline = `<path d="M${labelWidth} ${top + titleHeight - 6}V${top + titleHeight + bars.length * rowHeight}" stroke="${theme.faint}"/>`
  const rows = bars.flatMap(({ name, value, isOwn }, i) => {
    const y = top + titleHeight + i * rowHeight
    const length = Math.max(1, Math.round(scale(value) * barWidth))
    const weight = isOwn ? ' font-weight="600"' : ''
    return [
      text(labelWidth - 10, y + 12, name, `fill="${theme.text}" text-anchor="end"${weight}`),
      `<rect x="${labelWidth}" y="${y}" width="${length}" height="16" rx="2" fill="${isOwn ? theme.own : theme.other}"/>`,
      text(labelWidth + length + 8, y + 12, format(value), `fill="${theme.text}"${weight}`),
    ]
  })
  return [text(0, top + 20, title, `fill="${theme.text}" font-weight="600"`), baseline, ...rows]
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x}" y="${y}" ${attributes}>${content}</text>`
}

function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(2)
}
