import { readBundle, type Bundle } from '#receipt/bundle.ts'
import { judge, type Judgement } from '#receipt/judge.ts'
import { readReceipt } from '#receipt/receipt.ts'
import { gatherEvidence } from './gather-evidence.ts'

/**
 * A receipt that this portal doesn't hold, judged here by its bytes and the issuer's published
 * keys, or by the key in its bundle. Neither the receipt nor a bundle's text or secret is sent.
 */
export async function judgeElsewhere(jws: string, bundle: Bundle | null): Promise<Judgement> {
  const { evidence } = await gatherEvidence({
    now: Date.now(),
    reading: readReceipt(jws),
    idExpected: null,
    report: null,
    storedContent: { state: 'none' },
    bundleKeys: bundle?.keys ?? [],
  })
  const secret = bundle?.secret ?? null
  const content = bundle?.content ?? null
  const given = content === null ? null : { content, ...(secret === null ? {} : { secret }) }
  return judge({ ...evidence, given })
}

/** A bundle's text, strictly read; null where it is no bundle. */
export function readBundleText(text: string): Bundle | null {
  try {
    const reading = readBundle(JSON.parse(text))
    return reading.ok ? reading.bundle : null
  } catch {
    return null
  }
}
