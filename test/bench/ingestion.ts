import type { Aim } from './client.ts'
import { interleave, median, ratio } from './measure.ts'
import type { Bench } from './stage.ts'
import type { Row } from './table.ts'
import { measureVerify } from './verify-rate.ts'

const CONNECTIONS = 64
const BATCH_SIZE = 200
const BATCH_CONNECTIONS = 4

const each = (perSecond: number[]): string => `${Math.round(median(perSecond))}/s`

/** `POST /v1/receipts`, one receipt a request, beside its baselines. */
export async function benchIngestion({ client, ports, apiKeys, delaySyncs, rounds, ms }: Bench) {
  const [one, ...many] = apiKeys
  const rate = async (port: number, send: Aim['send']) =>
    (await client.call('load', { port, connections: CONNECTIONS, ms, send })).perSecond
  const post = (port: number, database: 'small' | null, keys: string[]) => () =>
    rate(port, { kind: 'post', apiKeys: keys, database })

  const found = await interleave(rounds, {
    portal: post(ports.small, 'small', [one!]),
    noDatabase: post(ports.noDatabase, null, [one!]),
    plain: post(ports.plain, 'small', [one!]),
    manyKeys: post(ports.small, 'small', many),
  })
  await delaySyncs(2_000)
  const slow = await interleave(rounds, {
    portal: post(ports.small, 'small', [one!]),
    plain: post(ports.plain, 'small', [one!]),
  }).finally(() => delaySyncs(0))
  const rows: Row[] = [
    {
      what: 'ingest, 64 connections, one key',
      beside: 'the same process without its database',
      measured: ratio(found.portal, found.noDatabase),
      unit: '×',
      better: 'more',
      first: 0.75,
      goal: 0.9,
      detail: `${each(found.portal)} beside ${each(found.noDatabase)}`,
    },
    {
      what: 'ingest, one key, this disk',
      beside: 'a plain transaction for each request',
      measured: ratio(found.portal, found.plain),
      unit: '×',
      better: 'more',
      first: 3,
      goal: 3,
      detail: `${each(found.portal)} beside ${each(found.plain)}`,
    },
    {
      what: 'ingest, one key, 2 ms a sync',
      beside: 'a plain transaction for each request',
      measured: ratio(slow.portal, slow.plain),
      unit: '×',
      better: 'more',
      first: 3,
      goal: 8,
      detail: `${each(slow.portal)} beside ${each(slow.plain)}`,
    },
    {
      what: 'ingest, 1,000 keys',
      beside: 'ingest, one key',
      measured: ratio(found.manyKeys, found.portal),
      unit: '×',
      better: 'more',
      first: 0.9,
      goal: 1,
      detail: `${each(found.manyKeys)} beside ${each(found.portal)}`,
    },
  ]
  return { rows, peak: median(found.portal) }
}

/** A rate it can bear easily: how much longer than the usual answer does the slowest 1 % take? */
export async function benchTail(
  { client, ports, apiKeys, rounds, ms }: Bench,
  peak: number,
): Promise<Row> {
  const p50: number[] = []
  const p99: number[] = []
  const stalls: number[] = []
  for (let round = 0; round < rounds; round++) {
    const loaded = await client.call('load', {
      port: ports.small,
      connections: CONNECTIONS,
      ms,
      rate: peak / 2,
      send: { kind: 'post', apiKeys: [apiKeys[0]!], database: 'small' },
    })
    p50.push(loaded.p50)
    p99.push(loaded.p99)
    stalls.push(loaded.stall)
  }
  return {
    what: 'p99 of ingest at half the peak rate',
    beside: 'its p50',
    measured: ratio(p99, p50),
    unit: '×',
    better: 'less',
    first: 6,
    goal: 3,
    detail: `${median(p99).toFixed(1)} ms beside ${median(p50).toFixed(1)} ms at ${Math.round(peak / 2)}/s; the asking process itself stood still for ${median(stalls).toFixed(0)} ms`,
  }
}

/** `POST /v1/receipts/batch` beside nothing but the signatures. */
export async function benchBatch({ client, ports, apiKeys, rounds, ms }: Bench): Promise<Row> {
  let name = ''
  const found = await interleave(rounds, {
    batch: async () => {
      const { perSecond } = await client.call('load', {
        port: ports.small,
        connections: BATCH_CONNECTIONS,
        ms,
        send: { kind: 'batch', apiKey: apiKeys[0]!, database: 'small', size: BATCH_SIZE },
      })
      return perSecond * BATCH_SIZE
    },
    verify: async () => {
      const verified = await measureVerify(ms)
      name = verified.name
      return verified.perSecond
    },
  })
  return {
    what: `batch route (${BATCH_SIZE} a request), receipts`,
    beside: name,
    measured: ratio(found.batch, found.verify),
    unit: '×',
    better: 'more',
    first: 0.4,
    goal: 0.65,
    detail: `${each(found.batch)} beside ${each(found.verify)}`,
  }
}
