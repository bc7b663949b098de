import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Run } from '#db/connection.ts'
import {
  selectNamedReceipts,
  selectNewestReceipts,
  type ReceiptFilter,
} from '#db/queries/receipts/receipt-records.ts'
import { given, portalTest } from '../support/portal-test.ts'
import { createService } from '../support/world.ts'

const { portal } = portalTest()
const service = given(() => createService(portal))

interface Plan {
  'Node Type': string
  'Relation Name'?: string
  'Shared Hit Blocks': number
  'Shared Read Blocks': number
  Plans?: Plan[]
}
const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

describe('among many receipts', () => {
  const ROWS = Number(process.env.SEARCH_ROWS ?? 30_000)
  const KEYS = 40

  beforeAll(async () => {
    const { run } = portal.ctx.db
    await run(
      `insert into signing_keys (kid, issuer, public_key, state, published_at)
        select 'filled-' || n, $1, '', 'active', now() from generate_series(1, ${KEYS}) n`,
      [service.slug],
    )
    // One in a thousand is a test receipt, all of them old ones.
    for (let from = 1; from <= ROWS; from += 100_000)
      await run(
        `insert into receipts (id, digest, issuer, kid, api_key, mode, visibility, jws, content_digest, jti, received_at)
          select substring(d from 1 for 20), d, $1, 'filled-' || (1 + n % ${KEYS}), $2,
            case when n <= ${ROWS} / 1000 then 'test' else 'live' end, 'private', 'x', d, 'filled-' || n,
            '2026-02-01'::timestamptz + n * interval '1 second'
          from (select n, sha256(('filled ' || n)::bytea) as d
            from generate_series(${from}, least(${from} + 99999, ${ROWS})) n) s`,
        [service.slug, service.key.id],
      )
    await run(
      `insert into jobs select issuer, mode, jti, id from receipts where jti like 'filled-%'`,
      [],
    )
    for (const table of ['receipts', 'jobs', 'signing_keys'])
      await run(`vacuum analyze ${table}`, [])
  }, 600_000)

  /** Runs a statement as it is, and gives its plan in place of its rows. */
  async function explain(work: (run: Run) => Promise<unknown>): Promise<Plan> {
    let plan: Plan | undefined
    await work(async <Row>(text: string, values: (string | number | Uint8Array | null)[]) => {
      const [row] = await portal.ctx.db.run<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        `explain (analyze, buffers, format json) ${text}`,
        values,
      )
      const read = row!['QUERY PLAN'] as unknown
      plan = (
        typeof read === 'string' ? (JSON.parse(read) as [{ Plan: Plan }]) : row!['QUERY PLAN']
      )[0].Plan
      return [] as Row[]
    })
    return plan!
  }

  const filter: ReceiptFilter = {
    issuer: null,
    kid: null,
    mode: null,
    from: null,
    to: null,
    after: null,
    limit: 51,
  }
  const middle = { receivedAt: Date.UTC(2026, 1, 1, 4), id: new Uint8Array(20) }
  const none = { id: null, digest: null, jti: null }
  const digest = createHash('sha256').update('filled 7').digest()

  test.each<[string, (run: Run) => Promise<unknown>]>([
    ['all', (run) => selectNewestReceipts(run, filter)],
    ['the middle of all', (run) => selectNewestReceipts(run, { ...filter, after: middle })],
    ['one issuer', (run) => selectNewestReceipts(run, { ...filter, issuer: service.slug })],
    ['one signing key', (run) => selectNewestReceipts(run, { ...filter, kid: 'filled-3' })],
    [
      'a day',
      (run) =>
        selectNewestReceipts(run, {
          ...filter,
          from: Date.UTC(2026, 1, 1),
          to: Date.UTC(2026, 1, 2),
        }),
    ],
    ['test receipts', (run) => selectNewestReceipts(run, { ...filter, mode: 'test' })],
    ['live receipts', (run) => selectNewestReceipts(run, { ...filter, mode: 'live' })],
    ['an id', (run) => selectNamedReceipts(run, { ...none, id: digest.subarray(0, 20) }, filter)],
    ['a digest', (run) => selectNamedReceipts(run, { ...none, digest }, filter)],
    ['a job', (run) => selectNamedReceipts(run, { ...none, jti: 'filled-9' }, filter)],
  ])('%s: no receipt is read that is not near what is shown', async (_what, work) => {
    const plan = await explain(work)
    const scans = nodesOf(plan).filter((node) => node['Node Type'].includes('Seq Scan'))
    const tables = scans.map((node) => node['Relation Name'])
    expect(tables).not.toContain('receipts')
    expect(tables).not.toContain('jobs')
    const blocks = plan['Shared Hit Blocks'] + plan['Shared Read Blocks']
    // At most a block for each of 51 rows of 45 keys, and the way to them: the same at a million.
    expect(blocks).toBeLessThan(3_000)
    const startedAt = performance.now()
    await work(portal.ctx.db.run)
    const ms = Math.round((performance.now() - startedAt) * 10) / 10
    if (process.env.SEARCH_ROWS !== undefined)
      console.log(`${_what}: ${blocks} blocks, ${ms} ms at ${ROWS} receipts`)
  })
})
