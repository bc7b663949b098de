import type { ReadReceipt, ReceiptState } from './check-receipt.ts'

/** What a badge says: the link's own words, and a sentence beside it. */
export interface BadgeWords {
  label: string
  says: string
}

/** The words of `<ReceiptBadge>` for each state: `badgeEnglish`, or another language. */
export type BadgeTexts = Record<ReceiptState | 'awaited', BadgeWords>

/** English. "Verified" says what was compared, and never that the answer is true. */
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

/** A partial answer's receipt is genuine, and says that it is partial: so does the badge. */
export function wordsFor(receipt: ReadReceipt | null | undefined, texts: BadgeTexts): BadgeWords {
  const isPartial = receipt?.state === 'verified' && receipt.verdict === 'partial'
  if (isPartial && texts === badgeEnglish) return CUT_SHORT
  return texts[receipt?.state ?? 'awaited']
}
