import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runClient } from './client.ts'
import { benchBatch, benchIngestion, benchTail } from './ingestion.ts'
import { benchFairness } from './fairness.ts'
import { benchBytes } from './page-bytes.ts'
import { runPortal } from './portal.ts'
import { benchPages, benchReports, benchRows } from './reading.ts'
import { openStage, STORED } from './stage.ts'
import { benchSdk } from './sdk.ts'
import { benchStart } from './starting.ts'
import { createSubjects } from './subjects.ts'
import { formatTable, reached } from './table.ts'

const OUTPUT = 'build/bench-results.json'
const SUBJECTS = [
  'reports',
  'pages',
  'ingestion',
  'fairness',
  'batch',
  'rows',
  'bytes',
  'start',
  'sdk',
] as const

/**
 * `npm run bench -- --rows 100000,1000000 --rounds 5 --seconds 3 --only reports,batch`. Rates say little on
 * a machine that others use too; what counts is each subject beside its baseline in the same run.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      rows: { type: 'string', default: '100000,1000000' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '2' },
      only: { type: 'string', default: SUBJECTS.join() },
      /** Arguments for the portal's node, to profile it: --portal=--cpu-prof */
      portal: { type: 'string', default: '' },
    },
  })
  const sizes = values.rows.split(',').map((size) => Math.max(Number(size), STORED))
  const only = new Set(values.only.split(','))
  const { rows, failures, measure } = createSubjects(only)
  const began = performance.now()
  await measure('sdk', benchSdk)
  console.log('Signing receipts and filling databases …')
  const { bench, close } = await openStage({
    rounds: Number(values.rounds),
    ms: Number(values.seconds) * 1000,
    execArgv: [...startArgv(), ...(values.portal === '' ? [] : values.portal.split(' '))],
  })
  try {
    await measure('bytes', () => benchBytes(bench))
    await measure('reports', () => benchReports(bench))
    await measure('pages', () => benchPages(bench))
    await measure('ingestion', async () => {
      const ingestion = await benchIngestion(bench)
      return [...ingestion.rows, await benchTail(bench, ingestion.peak)]
    })
    await measure('fairness', () => benchFairness(bench))
    await measure('batch', async () => [await benchBatch(bench)])
    for (const size of sizes)
      await measure('rows', async () => {
        await bench.fillLarge(size)
        return benchRows(bench, size, STORED)
      })
  } finally {
    await close()
  }
  await measure('start', benchStart)

  const results = {
    at: new Date().toISOString(),
    node: process.version,
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? '',
    options: values,
    seconds: Math.round((performance.now() - began) / 1000),
    rows: rows.map((row) => ({
      ...row,
      reachedFirst: reached(row, row.first),
      reachedGoal: reached(row, row.goal),
    })),
    failures,
  }
  writeFileSync(OUTPUT, `${JSON.stringify(results, null, 2)}\n`)
  console.log(`\n${formatTable(rows)}\n\n${resolve(OUTPUT)} (${results.seconds} s)`)
  for (const { subject, error } of failures) console.log(`Not measured: ${subject}: ${error}`)
  if (failures.length > 0) process.exitCode = 1
}

/** What `npm start` gives node, so that what is measured is what runs. */
const startArgv = (): string[] =>
  (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } }).scripts.start
    .split(' ')
    .filter((word) => word.startsWith('--'))

// One bundle, three processes: whoever asks and whoever answers must not share an event loop.
const [, , role] = process.argv
if (role === 'portal') runPortal()
else if (role === 'client') runClient()
else await main()
