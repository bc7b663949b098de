import { generateKeyPairSync } from 'node:crypto'
import { createCounterfoil } from '../../sdk/src/index.ts'
import { median } from './measure.ts'
import type { Row } from './table.ts'

const ROUNDS = 200
const CHUNK_BYTES = 1_000
const STREAM_BYTES = 100_000_000

/** What a receipt costs a stream after its last token, and how much of a stream is held in memory. */
export async function benchSdk(): Promise<Row[]> {
  const counterfoil = createCounterfoil({
    portal: 'http://127.0.0.1:9',
    issuer: 'bench-service',
    signingKey: generateKeyPairSync('ed25519').privateKey,
    apiKey: 'cfl_test_bench',
    // Nothing is sent meanwhile: that costs a request's time, not the stream's.
    fetch: (_url, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('closed')))
      }),
  })
  try {
    const rows: Row[] = []
    for (const [name, bytes, rounds] of [
      ['1 kB', 1_000, ROUNDS],
      ['10 MB', 10_000_000, 15],
    ] as const) {
      const times: number[] = []
      for (let round = 0; round < rounds + 3; round++) {
        const recording = counterfoil.record({ model: `round ${round}` })
        const piece = 'x'.repeat(Math.min(bytes, CHUNK_BYTES))
        for (let written = 0; written < bytes; written += piece.length) recording.write(piece)
        // As a stream does before its last token; else the writing's own garbage is counted here.
        await new Promise((resume) => setTimeout(resume, 5))
        const begin = performance.now()
        await recording.finish()
        times.push(performance.now() - begin)
      }
      // The first few are still being compiled.
      rows.push({
        what: `sign after the last token, ${name} streamed`,
        beside: '–',
        measured: median(times.slice(3)),
        unit: 'ms',
        better: 'less',
        first: 1,
        goal: 1,
        detail: `median of ${rounds}, no request waited for`,
      })
    }
    rows.push(await measureMemory(counterfoil))
    return rows
  } finally {
    await counterfoil.close({ timeoutMs: 0 })
  }
}

async function measureMemory(counterfoil: ReturnType<typeof createCounterfoil>): Promise<Row> {
  const piece = 'x'.repeat(CHUNK_BYTES)
  async function* source() {
    for (let sent = 0; sent < STREAM_BYTES; sent += piece.length) yield await Promise.resolve(piece)
  }
  const held = (): number => {
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  /** Of the first tenth, and of all the rest. */
  const most = { first: 0, rest: 0 }
  let count = 0
  const stream = counterfoil.tap(source())
  for await (const one of stream) {
    if (one.length === 0 || ++count % 500 !== 0) continue
    const part = count * CHUNK_BYTES <= STREAM_BYTES / 10 ? 'first' : 'rest'
    most[part] = Math.max(most[part], held())
  }
  await stream.receipt
  return {
    what: 'memory that the rest of a 100 MB stream takes beyond its first tenth',
    beside: '–',
    measured: Math.max(0, most.rest - most.first) / 1_000_000,
    unit: 'MB',
    better: 'less',
    first: 32,
    goal: 32,
    detail: `peaks, garbage included: ${Math.round(most.first / 1e6)} and ${Math.round(most.rest / 1e6)} MB; ${count} chunks`,
  }
}
