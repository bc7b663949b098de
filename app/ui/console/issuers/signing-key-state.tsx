import type { UsedSigningKey } from '#app/services/issuers/list-signing-keys.ts'
import { Badge, type Tone } from '../parts/notice.tsx'

const TONES: Record<UsedSigningKey['shownState'], Tone> = {
  next: 'info',
  active: 'good',
  retired: 'quiet',
  revoked: 'bad',
}

export function KeyStateBadge({ state }: { state: UsedSigningKey['shownState'] }) {
  return <Badge tone={TONES[state]}>{state}</Badge>
}

export const STATE_SAYS: Record<UsedSigningKey['shownState'], string> = {
  next: 'Published, and waiting for its first receipt while another key is in use. The service can change over at any time.',
  active: 'Receipts signed with this key are taken.',
  retired: 'No new receipt by this key is taken. Those it signed before stay valid.',
  revoked: 'This key is no longer trusted. No new receipt by it is taken.',
}

/** The time at which the key came into the state that is shown. */
export const stateSince = (
  key: Pick<UsedSigningKey, 'publishedAt' | 'retiredAt' | 'revokedAt'>,
): string => key.revokedAt ?? key.retiredAt ?? key.publishedAt
