import type { ReadReceipt, ReceiptState } from './check-receipt.ts'

/** A badge's words: the text of the link, and a sentence beside it. */
export interface BadgeWords {
  label: string
  says: string
}

/** The words of `<ReceiptBadge>` for each state; `awaited` is the state before a receipt. */
export type BadgeTexts = Record<ReceiptState | 'awaited', BadgeWords>

/** The English words. "Verified" names the comparison, and never says that the answer is true. */
export const badgeEnglish: BadgeTexts = {
  awaited: { label: 'Receipt pending', says: 'It comes when the answer has ended.' },
  sent: { label: 'Receipt sent', says: 'Being checked against this text.' },
  pending: { label: 'Receipt pending', says: 'It is signed, and not at the portal yet.' },
  verified: { label: 'Receipt verified', says: 'This is the text that was signed.' },
  differs: { label: 'Receipt differs', says: 'This is not the text that was signed.' },
  invalid: { label: 'Receipt not valid', says: 'Its page says why.' },
  unreachable: { label: 'Receipt not checked', says: 'The portal could not be reached.' },
  'not-checkable': { label: 'Receipt sent', says: 'It is for more than this text.' },
  none: { label: 'No receipt', says: 'This answer was not signed.' },
}

const CUT_SHORT: BadgeWords = {
  label: 'Receipt verified',
  says: 'This is the text that was signed; the answer was cut short.',
}

/** The words for a receipt. For a partial answer, the badge says that the answer was cut short. */
export function wordsFor(receipt: ReadReceipt | null | undefined, texts: BadgeTexts): BadgeWords {
  const isPartial = receipt?.state === 'verified' && receipt.verdict === 'partial'
  if (isPartial && texts === badgeEnglish) return CUT_SHORT
  return texts[receipt?.state ?? 'awaited']
}
