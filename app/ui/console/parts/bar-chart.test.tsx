import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { BarChart, type Bar } from './bar-chart.tsx'

const days: Bar[] = Array.from({ length: 20 }, (_, i) => ({
  label: `${i + 1} Nov`,
  value: i === 13 ? 1_312 : i % 3,
  ...(i === 19 ? { isOpen: true } : {}),
}))
const render = (bars: Bar[]) =>
  renderToStaticMarkup(
    <BarChart title="Receipts a day" bars={bars} unit={{ one: 'receipt', many: 'receipts' }} />,
  )

test('what the bars show stands in words and number by number in a table', () => {
  const html = render(days)
  expect(html).toContain(
    'aria-label="Receipts a day. From 1 Nov to 20 Nov: 1,330 receipts, most on 14 Nov with 1,312.',
  )
  expect(html.match(/<tr>/g)).toHaveLength(days.length + 1)
  expect(html).toContain('<th scope="row">14 Nov</th><td>1,312</td>')
  expect(html).toContain('20 Nov<span class="quiet"> (so far)</span></th><td>1</td>')
})

test('one is called one', () => {
  const html = render(days.map((day, i) => ({ ...day, value: i === 3 ? 1 : 0 })))
  expect(html).toContain('>1 receipt</span>')
  expect(html).toContain('<title>4 Nov: 1 receipt</title>')
  expect(html).toContain('<title>5 Nov: 0 receipts</title>')
})

test('a bar is as high as its share of the scale, a small one still to be seen, none at nothing', () => {
  const heights = [...render(days).matchAll(/class="chart-bar[^>]*height="([\d.]+)"/g)].map(
    ([, height]) => Number(height),
  )
  expect(heights[13]).toBe((1_312 / 2_000) * 100)
  expect(heights[0]).toBe(0)
  expect(heights[1]).toBe(1.5)
})

test('without anything to show it says so, and nothing that a content policy refuses is drawn', () => {
  expect(render([])).toContain('No receipts in this time.')
  expect(render(days.map((day) => ({ ...day, value: 0 })))).not.toContain('<svg')
  expect(render(days)).not.toMatch(/\sstyle=/)
})
