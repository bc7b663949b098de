import { Badge, type Tone } from '../parts/notice.tsx'

export interface SigningKeyShown {
  kid: string
  jwk: { x: string }
  shownState: 'next' | 'active' | 'retired' | 'revoked'
  state: 'active' | 'retired' | 'revoked'
  publishedAt: string
  retiredAt: string | null
  revokedAt: string | null
  compromisedSince: string | null
  reason: string | null
  firstReceivedAt: string | null
  lastReceivedAt: string | null
}

const TONES: Record<SigningKeyShown['shownState'], Tone> = {
  next: 'info',
  active: 'good',
  retired: 'quiet',
  revoked: 'bad',
}

export function KeyStateBadge({ state }: { state: SigningKeyShown['shownState'] }) {
  return <Badge tone={TONES[state]}>{state}</Badge>
}

export const STATE_SAYS: Record<SigningKeyShown['shownState'], string> = {
  next: 'Published, and waiting for its first receipt while another key is in use. The service can change over at any time.',
  active: 'Receipts signed with this key are taken.',
  retired: 'No new receipt by this key is taken. Those it signed before stay valid.',
  revoked: 'Trust in this key is withdrawn. No new receipt by it is taken.',
}

/** Since when a key is in the state that is shown. */
export const stateSince = (
  key: Pick<SigningKeyShown, 'publishedAt' | 'retiredAt' | 'revokedAt'>,
): string => key.revokedAt ?? key.retiredAt ?? key.publishedAt
