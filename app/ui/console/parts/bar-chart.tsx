import { niceTop } from './nice-top.ts'

export interface Bar {
  /** Stands under the axis and in the table, for example "14 Nov". */
  label: string
  value: number
  /** The bar's tooltip; otherwise label, value and unit. */
  title?: string
  /** The bar's time is not over: the bar is drawn paler, because it can only grow. */
  isOpen?: boolean
}

/** The unit's singular and plural. */
export interface Unit {
  one: string
  many: string
}

interface BarChartProps {
  title: string
  bars: Bar[]
  unit: Unit
  /** The time that one bar stands for, as the table's first heading: "Day". */
  per?: string
  tone?: 'plain' | 'bad'
  /** Stands in place of a chart whose bars are all zero. */
  empty?: string
}

/** The drawing has this height, and a width of one per bar; the page stretches it. */
const HEIGHT = 100
/** The least height: a bar of 1 stays visible beside a bar of 1,000. */
const SLIVER = 1.5

const number = new Intl.NumberFormat('en')

/**
 * The server draws an SVG without text: the page stretches the drawing, and letters must keep their
 * shape. For readers who can't see the chart, a sentence has the sum and the table behind it has
 * every number.
 */
export function BarChart({
  title,
  bars,
  unit,
  per = 'Day',
  tone = 'plain',
  empty = `No ${unit.many} in this time.`,
}: BarChartProps) {
  const most = Math.max(0, ...bars.map((bar) => bar.value))
  const top = niceTop(most)
  return (
    <figure className={`chart ${tone === 'bad' ? 'chart-bad' : ''}`}>
      <figcaption>
        <strong>{title}</strong> <span className="quiet">{sumUp(bars, unit)}</span>
      </figcaption>
      {most === 0 ? (
        <p className="chart-empty quiet">{empty}</p>
      ) : (
        <div className="chart-plot">
          <div className="chart-scale" aria-hidden="true">
            <span>{number.format(top)}</span>
            <span>{number.format(top / 2)}</span>
            <span>0</span>
          </div>
          <svg
            role="img"
            aria-label={`${title}. ${describe(bars, unit)}`}
            viewBox={`0 0 ${bars.length} ${HEIGHT}`}
            preserveAspectRatio="none"
          >
            {[0, HEIGHT / 2, HEIGHT].map((y) => (
              <line key={y} className="chart-line" x1="0" x2={bars.length} y1={y} y2={y} />
            ))}
            {bars.map((bar, i) => (
              <Column key={bar.label} bar={bar} unit={unit} place={i} top={top} />
            ))}
          </svg>
          <Axis bars={bars} />
        </div>
      )}
      {most === 0 ? null : <Numbers title={title} bars={bars} unit={unit} per={per} />}
    </figure>
  )
}

function Column({ bar, unit, place, top }: { bar: Bar; unit: Unit; place: number; top: number }) {
  const height = bar.value === 0 ? 0 : Math.max((bar.value / top) * HEIGHT, SLIVER)
  return (
    <g className="chart-column">
      <title>{bar.title ?? `${bar.label}: ${count(bar.value, unit)}`}</title>
      {/* As high as the chart, so that a pointer finds a small bar too. */}
      <rect className="chart-reach" x={place} y="0" width="1" height={HEIGHT} />
      <rect
        className={bar.isOpen ? 'chart-bar chart-open' : 'chart-bar'}
        x={place + 0.14}
        y={HEIGHT - height}
        width="0.72"
        height={height}
      />
    </g>
  )
}

const LABELS_ALL_MAX = 7

/** Shows every label where there is room, otherwise the first, the middle and the last. */
function Axis({ bars }: { bars: Bar[] }) {
  const isFew = bars.length <= LABELS_ALL_MAX
  const shown = isFew ? bars : [0, (bars.length - 1) >> 1, bars.length - 1].map((i) => bars[i]!)
  return (
    <div className={isFew ? 'chart-axis chart-axis-all' : 'chart-axis'} aria-hidden="true">
      {shown.map((bar) => (
        <span key={bar.label}>{bar.label}</span>
      ))}
    </div>
  )
}

function Numbers({
  title,
  bars,
  unit,
  per,
}: {
  title: string
  bars: Bar[]
  unit: Unit
  per: string
}) {
  return (
    <details className="chart-numbers">
      <summary>The numbers</summary>
      <div className="chart-table" role="region" aria-label={`${title}, as a table`} tabIndex={0}>
        <table>
          <caption>{title}</caption>
          <thead>
            <tr>
              <th scope="col">{per}</th>
              <th scope="col">{unit.many.charAt(0).toUpperCase() + unit.many.slice(1)}</th>
            </tr>
          </thead>
          <tbody>
            {bars.map((bar) => (
              <tr key={bar.label}>
                <th scope="row">
                  {bar.label}
                  {bar.isOpen ? <span className="quiet"> (so far)</span> : null}
                </th>
                <td>{number.format(bar.value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

const count = (value: number, { one, many }: Unit): string =>
  `${number.format(value)} ${value === 1 ? one : many}`

const sumUp = (bars: Bar[], unit: Unit): string =>
  count(
    bars.reduce((sum, bar) => sum + bar.value, 0),
    unit,
  )

function describe(bars: Bar[], unit: Unit): string {
  const [first, last] = [bars[0], bars.at(-1)]
  if (first === undefined || last === undefined) return ''
  const highest = bars.reduce((best, bar) => (bar.value > best.value ? bar : best))
  return (
    `From ${first.label} to ${last.label}: ${sumUp(bars, unit)}, ` +
    `most on ${highest.label} with ${number.format(highest.value)}. The numbers follow as a table.`
  )
}
