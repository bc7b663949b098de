import type { Ctx } from '#app/context.ts'
import { countReceipts, type ReceiptCount } from './count-receipts.ts'
import { findIssuerWithUse, type IssuerWithUse, type UsedSigningKey } from './list-signing-keys.ts'

/** What retiring or revoking a key would change, as far as its receipts go. */
export interface KeyChangePreview {
  issuer: IssuerWithUse
  key: UsedSigningKey
  /** Received before the cut: they stay as they are. */
  before: ReceiptCount
  /** Received at or after the cut: a revocation covers them. None where the cut is now. */
  after: ReceiptCount
  /** Without this key the issuer has no other to sign with. */
  isLastActive: boolean
}

/** `compromisedSince` null: the cut is the moment of the act itself, and all there is came before. */
export async function previewKeyChange(
  ctx: Ctx,
  slug: string,
  kid: string,
  compromisedSince: Date | null,
): Promise<KeyChangePreview | null> {
  const issuer = await findIssuerWithUse(ctx, slug)
  const key = issuer?.keys.find((one) => one.kid === kid)
  if (issuer === null || key === undefined) return null
  const [before, after] = await Promise.all([
    countReceipts(ctx, [kid], { since: null, until: compromisedSince }),
    compromisedSince === null
      ? { count: 0, isMore: false }
      : countReceipts(ctx, [kid], { since: compromisedSince, until: null }),
  ])
  const isLastActive = !issuer.keys.some((one) => one.kid !== kid && one.state === 'active')
  return { issuer, key, before, after, isLastActive }
}
