import type { Row } from './table.ts'

export interface Failure {
  subject: string
  error: string
}

/** Measures subjects one after the other. One that can't be measured is told, and the others go on. */
export function createSubjects(only: Set<string>) {
  const rows: Row[] = []
  const failures: Failure[] = []
  return {
    rows,
    failures,
    measure: async (subject: string, work: () => Promise<Row[]>): Promise<void> => {
      if (!only.has(subject)) return
      try {
        const found = await work()
        rows.push(...found)
        for (const row of found)
          console.log(`${row.what}: ${row.measured.toPrecision(3)} ${row.unit} (${row.detail})`)
      } catch (error) {
        failures.push({ subject, error: error instanceof Error ? error.message : String(error) })
        console.log(`Not measured: ${subject}.`, error)
      }
    },
  }
}
