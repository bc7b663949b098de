import type { ReactNode } from 'react'
import type { Overview } from '#app/services/overview/read-overview.ts'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import { hostOf } from '../alerts/alert-words.ts'
import { TimeText } from '../parts/notice.tsx'

type AttentionItem = Overview['attention'][number]

const KINDS: { kind: AttentionItem['kind']; title: string; says: string; all: string }[] = [
  {
    kind: 'cap',
    title: 'Near or at their cap',
    says: 'At the cap, posts are refused with 402. A raised cap acts at once.',
    all: '/admin/api-keys',
  },
  {
    kind: 'expiry',
    title: 'Expiring within 14 days',
    says: 'An expired key is refused. Make a new one in time and hand it over.',
    all: '/admin/api-keys',
  },
  {
    kind: 'never-used',
    title: 'Never used since they were made',
    says: 'A secret that nobody uses can still be stolen: revoke it if it isn’t needed.',
    all: '/admin/api-keys',
  },
  {
    kind: 'webhook',
    title: 'Webhooks that don’t take alerts',
    says: 'Their receivers answered 410 (Gone), or took no alert for a day. You can send those alerts again.',
    all: '/admin/alerts',
  },
]

/** The matters that need an admin, by kind, the most pressing of each kind first. */
export function Attention({ items }: { items: AttentionItem[] }) {
  const groups = KINDS.map((kind) => ({
    ...kind,
    items: items.filter((item) => item.kind === kind.kind),
  })).filter((group) => group.items.length > 0)
  if (groups.length === 0) return null
  return (
    <section className="panel attention" aria-labelledby="attention">
      <h2 id="attention">Needs attention</h2>
      <div className="columns">
        {groups.map(({ kind, title, says, all, items: shown }) => (
          <div key={kind}>
            <h3>{title}</h3>
            <p className="quiet">{says}</p>
            <ul>
              {shown.map((item) => (
                <li key={item.id}>
                  <a href={hrefOf(item)}>
                    <VisibleText text={item.kind === 'webhook' ? hostOf(item.name) : item.name} />
                  </a>{' '}
                  {/* Several keys may have one name. */}
                  {item.kind === 'webhook' ? null : <code className="quiet">{item.id}</code>}{' '}
                  <span className="quiet">{detailOf(item)}</span>
                </li>
              ))}
            </ul>
            <More shown={shown} all={all} />
          </div>
        ))}
      </div>
    </section>
  )
}

const hrefOf = ({ kind, id }: AttentionItem): string =>
  `/admin/${kind === 'webhook' ? 'alerts' : 'api-keys'}/${encodeURIComponent(id)}`

function detailOf({ kind, used, cap, at }: AttentionItem): ReactNode {
  if (kind === 'cap')
    return `${(used ?? 0).toLocaleString('en')} of ${(cap ?? 0).toLocaleString('en')}`
  const verb = { expiry: 'expires', 'never-used': 'made', webhook: 'since' }[kind]
  return (
    <>
      {verb} <TimeText at={at} />
    </>
  )
}

function More({ shown, all }: { shown: AttentionItem[]; all: string }) {
  const more = (shown[0]?.total ?? 0) - shown.length
  if (more <= 0) return null
  return (
    <p>
      <a href={all}>and {more.toLocaleString('en')} more</a>
    </p>
  )
}
