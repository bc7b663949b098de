import type { AuditView } from '#app/services/audit/list-audit.ts'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import { WHEN } from './audit-list.tsx'
import { ACTION_WORDS, actorWord, actWords } from './audit-words.ts'
import { DayFields, FilterForm, FilterSelect } from '../parts/filter-form.tsx'
import { lookUp } from '../parts/look-up.ts'
import { Badge, Empty, type Tone } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { DataTable, Pager, type Column } from '../parts/table.tsx'

interface SignInListProps {
  entries: AuditView[]
  /** The filters' values as typed, by the filters' names. */
  asked: Record<string, string>
  wrong: ('from' | 'to')[]
  next: string | null
  first: string | null
}

const FILTERS = ['action', 'from', 'to']
const SHOWN = Object.entries(ACTION_WORDS).filter(([action]) => action.startsWith('access.'))

/** The audit's entries about ways in, taken or refused. */
export function SignInList({ entries, asked, wrong, next, first }: SignInListProps) {
  const isFiltered = FILTERS.some((name) => (asked[name] ?? '') !== '')
  return (
    <>
      <PageHead
        title="Sign-ins"
        crumbs={[{ href: '/admin/audit', text: 'Audit' }]}
        lead="Who came in, and who tried to. A name that no admin has is never kept, because people type passwords into the wrong field. Of many tries from one network the first ten are listed, then ten an hour; the others are counted."
      />
      <FilterForm label="Filter the sign-ins" clear={isFiltered ? '/admin/audit/sign-ins' : null}>
        <FilterSelect
          name="action"
          label="What"
          value={asked.action}
          options={[
            { value: '', text: 'Everything' },
            ...SHOWN.map(([value, text]) => ({ value, text })),
          ]}
        />
        <DayFields asked={asked} wrong={wrong} />
      </FilterForm>
      <DataTable
        caption="Sign-ins and refusals, newest first"
        columns={COLUMNS}
        rows={wrong.length > 0 ? [] : entries}
        rowKey={(entry) => entry.id}
        empty={
          isFiltered ? (
            <Empty
              title="No entry fits"
              says="Take a filter away, or choose other days."
              action={<a href="/admin/audit/sign-ins">Show every entry</a>}
            />
          ) : (
            <Empty
              title="Nobody signed in yet"
              says="The next sign-in is listed here at once, good or failed."
            />
          )
        }
      />
      <Pager next={wrong.length > 0 ? null : next} first={first} />
    </>
  )
}

const COLUMNS: Column<AuditView>[] = [
  { head: 'Who', cell: (entry) => <Who entry={entry} /> },
  { head: 'What', cell: ({ action }) => <Result action={action} /> },
  { head: 'How', cell: (entry) => <How entry={entry} /> },
  WHEN,
]

/** An admin who signed in stands alone; every other row is a sentence. */
function Who({ entry }: { entry: AuditView }) {
  const { action, actor, subject } = entry
  const name = (
    <strong>
      <VisibleText text={actorWord(actor)} />
    </strong>
  )
  if (action === 'access.signed_in') return name
  return (
    <div className="audit-line">
      {name} {actWords(entry)} <VisibleText text={subject} />
    </div>
  )
}

const TONES: Record<string, Tone> = {
  'access.signed_in': 'good',
  'access.sign_in_failed': 'warn',
  'access.left_out': 'quiet',
}

const Result = ({ action }: { action: string }) => (
  <Badge tone={lookUp(TONES, action) ?? 'bad'}>{lookUp(ACTION_WORDS, action) ?? action}</Badge>
)

const NARROW_CHARACTERS_MAX = 60

/** An entry may hold any JSON, so each member is made a text. */
function How({ entry: { action, after } }: { entry: AuditView }) {
  const members = new Map(Object.entries((after ?? {}) as Record<string, unknown>))
  const of = (name: string) => (members.has(name) ? [String(members.get(name))] : [])
  const lines =
    action === 'access.role_refused'
      ? [`has ${of('has').join()}, needs ${of('needs').join()}`]
      : [
          ...of('by'),
          ...of('why'),
          ...of('origin').map((origin) => `sent from ${origin}`),
          ...of('at'),
          ...of('browser'),
        ]
  if (lines.length === 0) return <span className="quiet">–</span>
  return lines.map((line, at) => (
    <span key={line} className={at === 0 ? undefined : 'beneath'}>
      <span className={line.length > NARROW_CHARACTERS_MAX ? 'cell-wide' : undefined}>
        <VisibleText text={line} />
      </span>
    </span>
  ))
}
