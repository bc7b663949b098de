import type { ReactNode } from 'react'

export interface Column<Row> {
  head: string
  cell: (row: Row) => ReactNode
  /** Numbers stand under each other at the end of the line. */
  isNumber?: boolean
}

interface TableProps<Row> {
  /** Read out by screen readers; visible where no heading stands above. */
  caption: string
  columns: Column<Row>[]
  rows: Row[]
  rowKey: (row: Row) => string
  /** In place of a table without rows. */
  empty: ReactNode
}

/** The first column names its row. On a narrow screen the table scrolls inside its own frame. */
export function DataTable<Row>({ caption, columns, rows, rowKey, empty }: TableProps<Row>) {
  if (rows.length === 0) return <>{empty}</>
  return (
    <div className="table-frame" role="region" aria-label={caption} tabIndex={0}>
      <table className="data">
        <caption className="said-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ head, isNumber }) => (
              <th key={head} scope="col" className={isNumber ? 'number' : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map(({ head, cell, isNumber }, at) =>
                at === 0 ? (
                  <th key={head} scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td key={head} className={isNumber ? 'number' : undefined}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The link to the next part of a long list; the browser's Back button leads back. */
export function Pager({ next, first }: { next: string | null; first?: string | null }) {
  if (next === null && first == null) return null
  return (
    <nav className="pager" aria-label="More of the list">
      {first == null ? null : <a href={first}>To the beginning</a>}
      {next === null ? null : <a href={next}>Following part</a>}
    </nav>
  )
}
