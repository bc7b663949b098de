import { answerCalls } from './calls.ts'
import { runLoad, type Load, type Loaded } from './load.ts'
import { pack } from './pack.ts'
import { createSigning, type Signed, type Signer } from './signer.ts'
import { createSupply } from './supply.ts'
import type { Database } from './world.ts'

/** Receipts are new to the `database` they go to; where there is none (null) they never run out. */
export type Aim = Omit<Load, 'requests'> & {
  send:
    | { kind: 'post'; apiKeys: string[]; database: Database | null }
    | { kind: 'batch'; apiKey: string; database: Database; size: number }
    /** Any answer will do. */
    | { kind: 'hostile'; request: Uint8Array }
    | { kind: 'get'; path: string; accept?: string }
    | { kind: 'get-each'; path: string; accept?: string }
}

export type ClientApi = ReturnType<typeof createClient>

/** More than a measurement gets through. One that runs out of requests ends early, and counts so. */
const REQUESTS_PER_SECOND = 12_500
/** A batch carries more receipts in the same time. */
const BATCHED_PER_SECOND = 25_000
const STORE_SIZE = 250

/**
 * The world outside: signs receipts, posts them, and asks for them.
 *
 * What it will send lies packed beside its heap. Some hundred thousand strings are marked again
 * with every large collection: that took up to half a core from the portal and its database, and
 * its pauses, of up to 300 ms, were counted as the portal's.
 */
function createClient() {
  let stored: Signed[] = []
  let signOne = createSigning([])
  let fresh = createSupply(() => Buffer.alloc(0))
  /** How many of the fresh receipts each database has been sent. */
  const used = new Map<Database, number>()

  /** Receipts that this database has not been sent. */
  function takeFresh(database: Database | null, count: number) {
    const from = (database && used.get(database)) ?? 0
    fresh.reach(from + count)
    return {
      count,
      at: (index: number) => ({ receipt: fresh.at(from + index).toString('latin1') }),
    }
  }

  function prepare({ send, ms }: Aim): Load['requests'] {
    const countIn = (perSecond: number) => Math.ceil((perSecond * ms) / 1000)
    if (send.kind === 'hostile') {
      const request = Buffer.from(send.request)
      return { at: () => request }
    }
    if (send.kind === 'get') {
      const request = get(send.path, send.accept)
      return { at: () => request }
    }
    if (send.kind === 'get-each')
      return pack(stored.length, (i) => get(send.path.replace(':id', stored[i]!.id), send.accept))
    if (send.kind === 'post') {
      const receipts = takeFresh(send.database, countIn(REQUESTS_PER_SECOND))
      return pack(receipts.count, (i) =>
        post('/v1/receipts', send.apiKeys[i % send.apiKeys.length]!, receipts.at(i)),
      )
    }
    const receipts = takeFresh(send.database, countIn(BATCHED_PER_SECOND))
    const batchOf = (i: number) =>
      Array.from({ length: send.size }, (_, j) => receipts.at(i * send.size + j))
    return pack(Math.floor(receipts.count / send.size), (i) =>
      post('/v1/receipts/batch', send.apiKey, { receipts: batchOf(i) }),
    )
  }

  return {
    sign(signers: Signer[], storedCount: number): void {
      const sign = createSigning(signers)
      signOne = sign
      stored = Array.from({ length: storedCount }, (_, i) => sign(i))
      fresh = createSupply((i) => Buffer.from(sign(storedCount + i).jws))
    },

    /** Stores the receipts that will be read, with their texts; gives the first one's id. */
    async store(port: number, apiKey: string): Promise<string> {
      const requests = pack(Math.ceil(stored.length / STORE_SIZE), (i) =>
        post('/v1/receipts/batch', apiKey, {
          receipts: stored
            .slice(i * STORE_SIZE, (i + 1) * STORE_SIZE)
            .map(({ jws, text }) => ({ receipt: jws, content: { text }, visibility: 'public' })),
        }),
      )
      await runLoad({ port, connections: 2, ms: 60_000, requests })
      return stored[0]!.id
    },

    /** A receipt for so long a text that each repair of another text may fit. */
    signLong: (): string => signOne(0, 'x'.repeat(700_000)).jws,

    async load(aim: Aim): Promise<Loaded> {
      const loaded = await runLoad({ ...aim, requests: prepare(aim) })
      const { send } = aim
      if ((send.kind === 'post' || send.kind === 'batch') && send.database !== null) {
        const size = send.kind === 'batch' ? send.size : 1
        used.set(send.database, (used.get(send.database) ?? 0) + loaded.answers * size)
      }
      if (send.kind === 'hostile') return loaded
      const expected = send.kind === 'post' ? '201' : '200'
      if (loaded.answers === 0 || loaded.statuses[expected] !== loaded.answers)
        throw new Error(
          `${JSON.stringify(send).slice(0, 200)}: not all answers were ${expected}: ${JSON.stringify(loaded.statuses)}`,
        )
      return loaded
    },
  }
}

const get = (path: string, accept = '*/*'): Buffer =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: ${accept}\r\n\r\n`)

function post(path: string, apiKey: string, body: object): Buffer {
  const json = Buffer.from(JSON.stringify(body))
  const head = `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${apiKey}\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), json])
}

export const runClient = (): void => answerCalls(createClient(), () => Promise.resolve())
