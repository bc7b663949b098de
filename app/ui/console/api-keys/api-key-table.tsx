import type { ReactNode } from 'react'
import type { ApiKeyOverview } from '#app/services/api-keys/api-key-overview.ts'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import { Badge, TimeText, type Tone } from '../parts/notice.tsx'
import { sayNumber } from '../parts/say.ts'
import { DataTable } from '../parts/table.tsx'

const STATES: Record<ApiKeyOverview['state'], { tone: Tone; text: string }> = {
  active: { tone: 'good', text: 'active' },
  'expires-soon': { tone: 'warn', text: 'expires soon' },
  expired: { tone: 'quiet', text: 'expired' },
  revoked: { tone: 'bad', text: 'revoked' },
}

export function ApiKeyStateBadge({ state }: { state: ApiKeyOverview['state'] }) {
  return <Badge tone={STATES[state].tone}>{STATES[state].text}</Badge>
}

export const ModeBadge = ({ mode }: { mode: 'live' | 'test' }) => (
  <Badge tone={mode === 'test' ? 'info' : 'quiet'}>{mode}</Badge>
)

/** The used part of a cap in numbers, and as a bar that screen readers skip. */
export function CapMeter({ used, cap }: { used: number; cap: number | null }) {
  const share = cap === null ? 0 : cap === 0 ? 100 : Math.min(100, (used / cap) * 100)
  return (
    <span className="cap-meter">
      {sayNumber(used)}
      <span className="quiet">
        {cap === null
          ? ', no cap'
          : cap === 0
            ? ' of 0: closed'
            : ` of ${sayNumber(cap)} (${Math.floor(share)}\u00a0%)`}
      </span>
      {cap === null ? null : (
        <svg
          viewBox="0 0 100 4"
          preserveAspectRatio="none"
          aria-hidden="true"
          data-tone={share >= 100 ? 'bad' : share >= 80 ? 'warn' : 'good'}
        >
          <rect className="cap-whole" width="100" height="4" />
          <rect className="cap-used" width={share} height="4" />
        </svg>
      )}
    </span>
  )
}

interface ApiKeyTableProps {
  keys: ApiKeyOverview[]
  withIssuer: boolean
  empty: ReactNode
}

export function ApiKeyTable({ keys, withIssuer, empty }: ApiKeyTableProps) {
  return (
    <DataTable
      caption="API keys, newest first"
      rows={keys}
      rowKey={({ id }) => id}
      empty={empty}
      columns={[
        {
          head: 'Name',
          cell: ({ id, name }) => (
            <>
              <a href={`/admin/api-keys/${id}`}>
                <VisibleText text={name} />
              </a>
              <code className="beneath">{id}</code>
            </>
          ),
        },
        ...(withIssuer
          ? [
              {
                head: 'Issuer',
                cell: ({ issuer }: ApiKeyOverview) => (
                  <a href={`/admin/issuers/${issuer}`}>{issuer}</a>
                ),
              },
            ]
          : []),
        {
          head: 'State',
          cell: ({ mode, state }) => (
            <span className="badges">
              <ApiKeyStateBadge state={state} /> <ModeBadge mode={mode} />
            </span>
          ),
        },
        { head: 'This month', cell: (key) => <CapMeter {...key} /> },
        {
          head: 'Last used',
          cell: ({ lastUsedAt, lastUsedFrom, used }) =>
            lastUsedAt === null ? (
              <span className="quiet">{used > 0 ? 'not noted yet' : 'never'}</span>
            ) : (
              <>
                <TimeText at={lastUsedAt} />
                <span className="beneath">
                  from <VisibleText text={lastUsedFrom ?? 'an unknown address'} />
                </span>
              </>
            ),
        },
      ]}
    />
  )
}
