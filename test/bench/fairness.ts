import { BIG_BODIES, type Big } from '../support/big-requests.ts'
import { startHelper } from './calls.ts'
import type { ClientApi } from './client.ts'
import { interleave, median, ratio } from './measure.ts'
import type { Bench } from './stage.ts'
import type { Row } from './table.ts'

const CONNECTIONS = 64
const HOSTILE_CONNECTIONS = 16
const UNKNOWN_ID = `rec_${'0'.repeat(32)}`

/** Ingestion while hostile clients without a key ask for what costs the portal most. */
export async function benchFairness(bench: Bench): Promise<Row[]> {
  const { client, ports, apiKeys, publicUrl, rounds, ms } = bench
  const hostile = startHelper<ClientApi>('client')
  const ingest = async () => {
    const loaded = await client.call('load', {
      port: ports.small,
      connections: CONNECTIONS,
      ms,
      send: { kind: 'post', apiKeys: [apiKeys[0]!], database: 'small' },
    })
    return loaded.perSecond
  }
  const beside = (request: Buffer) => async () => {
    const send = { kind: 'hostile', request } as const
    const aim = { port: ports.small, connections: HOSTILE_CONNECTIONS, ms: 1.5 * ms, send }
    const attack = hostile.call('load', aim)
    const rate = await ingest()
    await attack
    return rate
  }
  const receipt = await client.call('signLong')
  const attacks = {
    verify: requestOf(BIG_BODIES['content of letters with 30 combining marks']!(receipt)),
    docs: requestOf({ method: 'GET', path: '/docs', headers: {} }),
    unknown: requestOf({ method: 'GET', path: `/r/${UNKNOWN_ID}`, headers: {} }),
    signIn: requestOf({
      path: '/admin/sign-in',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: publicUrl,
        'sec-fetch-site': 'same-origin',
      },
      body: 'name=somebody&password=not+the+right+one',
    }),
  }
  try {
    const found = await interleave(rounds, {
      alone: ingest,
      verify: beside(attacks.verify),
      docs: beside(attacks.docs),
      unknown: beside(attacks.unknown),
      signIn: beside(attacks.signIn),
    })
    const rowOf = (what: string, rates: number[]): Row => ({
      what: `ingest beside 16 hostile clients: ${what}`,
      beside: 'ingest alone',
      measured: ratio(rates, found.alone),
      unit: '×',
      better: 'more',
      first: 0.6,
      goal: 0.8,
      detail: `${Math.round(median(rates))}/s beside ${Math.round(median(found.alone))}/s`,
    })
    return [
      rowOf('the dearest body for /v1/verify', found.verify),
      rowOf('/docs', found.docs),
      rowOf('unknown ids', found.unknown),
      rowOf('the sign-in form', found.signIn),
    ]
  } finally {
    await hostile.stop()
  }
}

function requestOf({ method = 'POST', path, headers, body = '' }: Big): Buffer {
  const bytes = Buffer.from(body)
  const all = { ...headers, host: '127.0.0.1', 'content-length': String(bytes.length) }
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n`), bytes])
}
