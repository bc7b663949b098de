import type { Bundle } from '#receipt/bundle.ts'
import type { Evidence } from '#receipt/evidence.ts'
import { judge, type Judgement } from '#receipt/judge.ts'
import { readReceipt } from '#receipt/receipt.ts'
import type { Check } from '#receipt/report.ts'
import { gatherEvidence } from './gather-evidence.ts'

export interface Judged {
  evidence: Evidence
  judgement: Judgement
}

/**
 * Judges a receipt that this portal doesn't hold by its bytes and the issuer's published keys, or
 * by the key in its bundle. Neither the receipt nor a bundle's text or secret is sent. `checks` are
 * the portal's for an id that it doesn't know.
 */
export async function judgeElsewhere(
  jws: string,
  bundle: Bundle | null,
  checks: readonly Check[],
): Promise<Judged> {
  const { evidence } = await gatherEvidence({
    now: Date.now(),
    reading: readReceipt(jws),
    idExpected: null,
    report: null,
    checks,
    storedContent: { state: 'none' },
    bundleKeys: bundle?.keys ?? [],
  })
  return judgeBundle(evidence, bundle)
}

/** Judges the evidence together with the bundle's text and secret, if it has a text. */
export function judgeBundle(evidence: Evidence, bundle: Bundle | null): Judged {
  const content = bundle?.content ?? null
  if (content === null) return { evidence, judgement: judge(evidence) }
  const secret = bundle?.secret ?? null
  const compared = { ...evidence, given: { content, ...(secret === null ? {} : { secret }) } }
  return { evidence: compared, judgement: judge(compared) }
}
