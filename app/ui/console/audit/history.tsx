import type { HistoryEntry } from '#app/services/audit/list-history.ts'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import { actorWord } from './audit-words.ts'
import { TimeText } from '../parts/notice.tsx'
import { isTime, sayTime } from '../parts/say.ts'
import { DataTable } from '../parts/table.tsx'

const ACTIONS = new Map(
  Object.entries({
    'issuer.create': 'Created',
    'issuer.update': 'Changed',
    'signing_key.publish': 'Published',
    'signing_key.retire': 'Retired',
    'signing_key.revoke': 'Revoked',
    'api_key.create': 'Created',
    'api_key.update': 'Changed',
    'api_key.rotate': 'Rotated',
    'api_key.revoke': 'Revoked',
  }),
)

/** The members whose change gets a line, in words; the other members only repeat the action. */
const NAMES: Record<string, string> = {
  name: 'name',
  url: 'website',
  scopes: 'scopes',
  cap: 'cap',
  ratePerSecond: 'rate',
  reason: 'reason',
  compromisedSince: 'cut',
  previousExpiresAt: 'old secret until',
  expiresAt: 'expires',
}

export function History({ entries }: { entries: HistoryEntry[] }) {
  return (
    <DataTable
      caption="Changes, newest first"
      rows={entries}
      rowKey={({ id }) => id}
      empty={<p className="quiet">Nothing is recorded yet.</p>}
      columns={[
        { head: 'What', cell: (entry) => <What entry={entry} /> },
        {
          head: 'By',
          cell: ({ actor, address }) => (
            <>
              <VisibleText text={actorWord(actor)} />
              {address === null ? null : (
                <span className="beneath">
                  from <VisibleText text={address} />
                </span>
              )}
            </>
          ),
        },
        { head: 'When', cell: ({ at }) => <TimeText at={at} /> },
      ]}
    />
  )
}

function What({ entry }: { entry: HistoryEntry }) {
  return (
    <>
      {ACTIONS.get(entry.action) ?? <VisibleText text={entry.action} />}
      {changesOf(entry).map(({ name, was, is }) => (
        <span key={name} className="beneath">
          {name}: {was === null ? null : <VisibleText text={was} />}
          {was === null ? null : ' → '}
          <VisibleText text={is} />
        </span>
      ))}
    </>
  )
}

function changesOf({
  before,
  after,
}: Pick<HistoryEntry, 'before' | 'after'>): { name: string; was: string | null; is: string }[] {
  const isNew = before === null
  return Object.entries(NAMES).flatMap(([member, name]) => {
    const [was, is] = [show(before?.[member]), show(after?.[member])]
    return was === is ? [] : [{ name, was: isNew ? null : was, is }]
  })
}

function show(value: unknown): string {
  if (typeof value === 'number') return value.toLocaleString('en')
  if (Array.isArray(value)) return value.join(', ')
  if (typeof value !== 'string') return 'none'
  return isTime(value) ? sayTime(value) : value
}
