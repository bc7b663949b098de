import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import {
  createCounterfoil,
  type Counterfoil,
  type CounterfoilError,
  type SignedReceipt,
} from '../../sdk/src/index.ts'
import { freshDatabase } from './database.ts'
import { startPortal, type Portal } from './portal.ts'
import { createService } from './world.ts'

/** What a portal says of a receipt that was delivered. */
export interface DeliveredReport {
  verdict: string
  receipt: {
    claims: {
      jti?: string
      model?: string
      provider?: string
      meta?: Record<string, string>
      content: { digest: string; length: number; type: string; subject: string }
      outcome: { status: string; end?: string; chunks?: number }
    }
  }
}

/** A signing service with a real portal behind it. */
export interface SigningWorld {
  counterfoil: Counterfoil
  portal: Portal
  options: Parameters<typeof createCounterfoil>[0]
  /** Everything that went wrong beside the streams. */
  errors: CounterfoilError[]
  /** Waits until the portal has it. */
  reportOf(signed: SignedReceipt | null): Promise<DeliveredReport>
  /** That the receipt is of exactly this content. */
  expectReceipt(signed: SignedReceipt | null, content: string): Promise<DeliveredReport>
  stop(): Promise<void>
}

export const digestOf = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('base64url')

export async function startSigning(): Promise<SigningWorld> {
  const database = await freshDatabase()
  const portal = await startPortal(database.connection)
  const service = await createService(portal)
  const errors: CounterfoilError[] = []
  const options = {
    portal: portal.origin,
    issuer: service.slug,
    signingKey: JSON.stringify(service.signer.privateJwk),
    apiKey: service.key.apiKey,
    onError: (error: CounterfoilError) => errors.push(error),
  }
  const counterfoil = createCounterfoil(options)

  async function reportOf(signed: SignedReceipt | null): Promise<DeliveredReport> {
    expect(signed).not.toBeNull()
    expect(await signed!.delivery).toMatchObject({ state: 'stored' })
    const path = `/v1/receipts/${signed!.receiptId}`
    return (await portal.call<DeliveredReport>('GET', path)).body
  }

  return {
    counterfoil,
    portal,
    options,
    errors,
    reportOf,
    async expectReceipt(signed, content) {
      const report = await reportOf(signed)
      expect(report.receipt.claims.content).toMatchObject({
        digest: digestOf(content),
        length: Buffer.byteLength(content),
      })
      return report
    },
    async stop() {
      await counterfoil.close()
      await portal.stop()
      await database.drop()
    },
  }
}
