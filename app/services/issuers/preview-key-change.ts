import type { Ctx } from '#app/context.ts'
import { countReceipts, type ReceiptCount } from './count-receipts.ts'
import { findIssuerWithUse, type IssuerWithUse, type UsedSigningKey } from './list-signing-keys.ts'

/** The effect of retiring or revoking a key on its receipts. */
export interface KeyChangePreview {
  issuer: IssuerWithUse
  key: UsedSigningKey
  /** Receipts received before the cut: they stay as they are. */
  before: ReceiptCount
  /** Receipts received at or after the cut: a revocation covers them. None with a cut now. */
  after: ReceiptCount
  /** The issuer has no other active key. */
  isLastActive: boolean
}

/** With `compromisedSince` null the cut is the act itself, so all receipts so far lie before it. */
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
