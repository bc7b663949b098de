import { interleave, median, ratio } from './measure.ts'
import type { Bench } from './stage.ts'
import type { Row } from './table.ts'

const CONNECTIONS = 64
const HTML = 'text/html'

const each = (perSecond: number[]): string => `${Math.round(median(perSecond))}/s`

function asker({ client, portal, ms }: Bench) {
  const load = async (port: number, kind: 'get' | 'get-each', path: string, accept?: string) => {
    // What an earlier round left in the portal's memory would not be read again.
    await portal.call('forget')
    const send = { kind, path, ...(accept === undefined ? {} : { accept }) }
    return (await client.call('load', { port, connections: CONNECTIONS, ms, send })).perSecond
  }
  return {
    report: (port: number) => () => load(port, 'get-each', '/v1/receipts/:id'),
    page: (port: number) => () => load(port, 'get-each', '/r/:id', HTML),
    one: (port: number, path: string, accept?: string) => () => load(port, 'get', path, accept),
  }
}

/** A bare server whose answer is as long in bytes as this one's, whatever it says. */
async function bareLike({ ports, portal }: Bench, path: string, accept: string) {
  const response = await fetch(`http://127.0.0.1:${ports.small}${path}`, { headers: { accept } })
  const size = Buffer.byteLength(await response.text())
  const type = response.headers.get('content-type') ?? ''
  return { port: await portal.call('openBare', '-'.repeat(size), type), size }
}

/** Each receipt once (fetched and checked each time), and one that everybody asks for. */
export async function benchReports(bench: Bench): Promise<Row[]> {
  const { ports, popular, rounds } = bench
  const ask = asker(bench)
  const bare = await bareLike(bench, `/v1/receipts/${popular}`, '*/*')
  const beside = `bare node:http, ${bare.size} bytes`
  const reports = await interleave(rounds, {
    each: ask.report(ports.small),
    popular: ask.one(ports.small, `/v1/receipts/${popular}`),
    bare: ask.one(bare.port, '/'),
  })
  return [
    {
      what: 'report JSON, each id once (recomputed)',
      beside,
      measured: ratio(reports.each, reports.bare),
      unit: '×',
      better: 'more',
      first: 0.09,
      goal: 0.18,
      detail: `${each(reports.each)} beside ${each(reports.bare)}`,
    },
    {
      what: 'report JSON, a popular id',
      beside,
      measured: ratio(reports.popular, reports.bare),
      unit: '×',
      better: 'more',
      first: 0.3,
      goal: 0.6,
      detail: `${each(reports.popular)} beside ${each(reports.bare)}`,
    },
  ]
}

/** The same of the verify page. */
export async function benchPages(bench: Bench): Promise<Row[]> {
  const { ports, popular, rounds } = bench
  const ask = asker(bench)
  const bare = await bareLike(bench, `/r/${popular}`, HTML)
  const pages = await interleave(rounds, {
    each: ask.page(ports.small),
    stock: ask.page(ports.stockRemix),
    popular: ask.one(ports.small, `/r/${popular}`, HTML),
    bare: ask.one(bare.port, '/'),
  })
  return [
    {
      what: 'verify page, each id once',
      beside: 'stock Remix on plain node:http (quicker than remix-serve)',
      measured: ratio(pages.each, pages.stock),
      unit: '×',
      better: 'more',
      first: 1.5,
      goal: 4,
      detail: `${each(pages.each)} beside ${each(pages.stock)}`,
    },
    {
      what: 'verify page, a popular id',
      beside: `bare node:http, ${bare.size} bytes`,
      measured: ratio(pages.popular, pages.bare),
      unit: '×',
      better: 'more',
      first: 0.3,
      goal: 0.6,
      detail: `${each(pages.popular)} beside ${each(pages.bare)}`,
    },
  ]
}

/** The same questions to a small and to a large table. */
export async function benchRows(bench: Bench, rows: number, small: number): Promise<Row[]> {
  const { client, ports, apiKeys, rounds, ms } = bench
  const ask = asker(bench)
  const post = (port: number, database: 'small' | 'large') => async () =>
    (
      await client.call('load', {
        port,
        connections: CONNECTIONS,
        ms,
        send: { kind: 'post', apiKeys: [apiKeys[0]!], database },
      })
    ).perSecond
  const subjects = {
    ingest: { small: post(ports.small, 'small'), large: post(ports.large, 'large') },
    'report JSON, each id once': { small: ask.report(ports.small), large: ask.report(ports.large) },
    'verify page, each id once': { small: ask.page(ports.small), large: ask.page(ports.large) },
  }
  const found: Row[] = []
  for (const [what, pair] of Object.entries(subjects)) {
    const measured = await interleave(rounds, pair)
    found.push({
      what: `${what}, at ${rows.toLocaleString('en')} receipts`,
      beside: `the same at ${small.toLocaleString('en')}`,
      measured: ratio(measured.large, measured.small),
      unit: '×',
      better: 'more',
      first: 0.9,
      goal: 0.95,
      detail: `${each(measured.large)} beside ${each(measured.small)}`,
    })
  }
  return found
}
