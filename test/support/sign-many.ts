import { writeSync } from 'node:fs'
import { createDiskStore } from '../../sdk/src/outbox/disk-store.ts'
import { createCounterfoil, type CounterfoilOptions } from '../../sdk/src/index.ts'

/** What a process for tests to kill is told to do. */
export interface SignMany {
  portal: string
  issuer: string
  apiKey: string
  signingKey: CounterfoilOptions['signingKey']
  file: string
  /** Answers this long are rewritten away soon. */
  rewriteBytes: number
  /** No two alike: the text of each begins with this. */
  prefix: string
  count: number
  jobs: boolean
}

const told = JSON.parse(process.argv[2]!) as SignMany
const counterfoil = createCounterfoil({
  ...told,
  outbox: createDiskStore(told.file, { rewriteBytes: told.rewriteBytes }),
})

let next = 0
const lane = async (): Promise<void> => {
  while (next < told.count) {
    const i = next++
    const { receiptId } = await counterfoil.sign({
      output: `${told.prefix} ${i}`,
      ...(told.jobs ? { jobId: `${told.prefix}-${i}` } : {}),
    })
    // At once: what a killed process still meant to print was never said.
    writeSync(1, `${i} ${receiptId}\n`)
  }
}
try {
  await Promise.all(Array.from({ length: 8 }, lane))
  writeSync(1, 'signed\n')
} catch (error) {
  writeSync(1, `${(error as { code?: string }).code ?? String(error)}\n`)
}
// Stays until it is killed.
setInterval(() => undefined, 1000)
