/** One line of the table. `first` and `goal` are bounds on `measured`. */
export interface Row {
  what: string
  beside: string
  measured: number
  unit: '×' | 's' | 'ms' | 'kB' | 'MB'
  better: 'more' | 'less'
  first: number | null
  goal: number | null
  /** The numbers behind the ratio. */
  detail: string
}

export const reached = ({ measured, better }: Row, bound: number | null): boolean | null =>
  bound === null ? null : better === 'more' ? measured >= bound : measured <= bound

const COLUMNS = ['what', 'beside', 'measured', 'first', 'goal', 'reached', 'detail']

export function formatTable(rows: Row[]): string {
  const lines = [COLUMNS, ...rows.map(cells)]
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function cells(row: Row): string[] {
  const sign = row.better === 'more' ? '≥' : '≤'
  const bound = (value: number | null) =>
    value === null ? '–' : `${sign} ${value}${row.unit === '×' ? '' : ` ${row.unit}`}`
  const goal = reached(row, row.goal)
  const first = reached(row, row.first)
  return [
    row.what,
    row.beside,
    `${row.measured.toPrecision(3)} ${row.unit}`,
    bound(row.first),
    bound(row.goal),
    goal === true ? 'goal' : first === true ? 'first' : first === false ? 'NO' : 'not the goal',
    row.detail,
  ]
}
