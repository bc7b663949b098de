import type { AuditView } from '#app/services/audit/list-audit.ts'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import { ACTION_WORDS, actorWord, actWords, nameOf, placeOf } from './audit-words.ts'
import { listChanges, type MemberChange } from './changes.ts'
import { DayFields, FilterField, FilterForm, FilterSelect } from '../parts/filter-form.tsx'
import { Empty, TimeText } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { isTime } from '../parts/say.ts'
import { DataTable, Pager, type Column } from '../parts/table.tsx'

interface AuditListProps {
  entries: AuditView[]
  /** The filters' values as typed, by the filters' names. */
  asked: Record<string, string>
  wrong: ('from' | 'to')[]
  next: string | null
  first: string | null
  exportHref: string
}

const FILTERS = ['actor', 'action', 'subject', 'from', 'to']

export function AuditList({ entries, asked, wrong, next, first, exportHref }: AuditListProps) {
  const isFiltered = FILTERS.some((name) => (asked[name] ?? '') !== '')
  return (
    <>
      <PageHead
        title="Audit"
        lead="Every change that an admin or the admin token made, every sign-in and every refused try, newest first. Nobody can change or delete an entry: the database refuses it."
        actions={
          <>
            <a className="button secondary" href="/admin/audit/sign-ins">
              Sign-ins
            </a>
            {wrong.length > 0 ? null : (
              <a className="button secondary" href={exportHref} download>
                Export as NDJSON
              </a>
            )}
          </>
        }
      />
      <FilterForm label="Filter the audit" clear={isFiltered ? '/admin/audit' : null}>
        <FilterField
          name="actor"
          label="Who"
          value={asked.actor}
          help="An admin’s name, or admin-token"
        />
        <FilterSelect
          name="action"
          label="What"
          value={asked.action}
          options={[
            { value: '', text: 'Everything' },
            { value: 'changes', text: 'Changes' },
            { value: 'access', text: 'Sign-ins and refusals' },
            ...Object.entries(ACTION_WORDS).map(([value, text]) => ({ value, text })),
          ]}
        />
        <FilterField
          name="subject"
          label="Of what"
          value={asked.subject}
          help="An id, kid or slug"
        />
        <DayFields asked={asked} wrong={wrong} />
      </FilterForm>
      <DataTable
        caption="Entries, newest first"
        columns={COLUMNS}
        rows={wrong.length > 0 ? [] : entries}
        rowKey={(entry) => entry.id}
        empty={
          isFiltered ? (
            <Empty
              title="No entry fits"
              says="Names are compared letter by letter. Take a filter away, or choose other days."
              action={<a href="/admin/audit">Show every entry</a>}
            />
          ) : (
            <Empty
              title="Nothing was changed yet"
              says="The first issuer or key that somebody creates is listed here at once."
            />
          )
        }
      />
      <Pager next={wrong.length > 0 ? null : next} first={first} />
    </>
  )
}

export const WHEN: Column<AuditView> = {
  head: 'When, and from where',
  cell: ({ at, address }) => (
    <>
      <TimeText at={at} />
      <span className="beneath">
        {address === null ? 'the portal itself' : <VisibleText text={address} />}
      </span>
    </>
  ),
}

const COLUMNS: Column<AuditView>[] = [
  { head: 'Who did what', cell: (entry) => <Sentence entry={entry} /> },
  WHEN,
  { head: 'Before and after', cell: (entry) => <Changes entry={entry} /> },
]

/** “Mara revoked receipt rec_…”, with a link where the subject has a page. */
function Sentence({ entry }: { entry: AuditView }) {
  const { actor, subject } = entry
  const [name, place] = [nameOf(entry), placeOf(entry)]
  const id = (
    <code>
      <VisibleText text={subject} />
    </code>
  )
  const thing = name === null || name === subject ? id : <VisibleText text={name} />
  return (
    <div className="audit-line">
      <strong>
        <VisibleText text={actorWord(actor)} />
      </strong>{' '}
      {actWords(entry)} {place === null ? thing : <a href={place}>{thing}</a>}
      {thing === id ? null : <span className="beneath">{id}</span>}
    </div>
  )
}

const CHANGES_SHOWN_MAX = 4

function Changes({ entry }: { entry: AuditView }) {
  // The subject's own name already stands in the sentence.
  const changes = listChanges(entry.before ?? null, entry.after ?? null).filter(
    ({ before, after }) => !(before === null && after === entry.subject),
  )
  if (changes.length === 0) return <span className="quiet">–</span>
  if (changes.length <= CHANGES_SHOWN_MAX) return <ChangeList changes={changes} />
  return (
    <details>
      <summary>{changes.length} values</summary>
      <ChangeList changes={changes} />
    </details>
  )
}

function ChangeList({ changes }: { changes: MemberChange[] }) {
  return (
    <dl className="changes">
      {changes.map(({ name, before, after }) => (
        <div key={name}>
          <dt>
            <VisibleText text={name} />
          </dt>
          <dd>
            {before === null ? null : (
              <del>
                <span className="said-only">before </span>
                <Value name={name} text={before} />
              </del>
            )}
            {before === null || after === null ? null : <span aria-hidden="true"> → </span>}
            {after === null ? null : (
              <ins>
                <span className="said-only">now </span>
                <Value name={name} text={after} />
              </ins>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** A time is shown as on every page, but a reason stays as typed, even if it looks like a time. */
const Value = ({ name, text }: { name: string; text: string }) =>
  /(?:At|Since)$/.test(name) && isTime(text) ? (
    <TimeText at={text} toTheSecond />
  ) : (
    <VisibleText text={text} />
  )
