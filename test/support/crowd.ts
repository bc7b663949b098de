import { signReceipt } from './signing.ts'
import type { Answer, Client } from './portal.ts'
import { post, type Ingested, type Service } from './world.ts'

let serial = 0

/** So many new receipts, no two alike. */
export const signMany = (service: Service, count: number, claims: object = {}): Promise<string[]> =>
  Promise.all(
    Array.from({ length: count }, () =>
      signReceipt(service.signer, service.slug, `receipt ${++serial}`, claims),
    ),
  )

/** Posts all of them at once, each as a request of its own; to several portals in turn. */
export const postAll = (
  portals: Client[],
  apiKey: string,
  receipts: string[],
): Promise<Answer<Ingested>[]> =>
  Promise.all(receipts.map((receipt, i) => post(portals[i % portals.length]!, apiKey, receipt)))

interface BatchAnswer {
  results: {
    status: number
    result?: { receiptId: string }
    problem?: { code: string; receiptId?: string }
  }[]
  usage: { used: number; reserved: number; cap: number | null }
}

export const postBatch = (
  portal: Client,
  apiKey: string,
  receipts: unknown[],
): Promise<Answer<BatchAnswer>> =>
  portal.call('POST', '/v1/receipts/batch', {
    token: apiKey,
    body: { receipts: receipts.map((one) => (typeof one === 'string' ? { receipt: one } : one)) },
  })

/** How often each status came: `{ 201: 500, 402: 500 }`. */
export function tally(answers: { status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
