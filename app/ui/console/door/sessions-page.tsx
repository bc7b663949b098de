import type { SessionView } from '#app/services/door/session.ts'
import { AskFirst } from '../parts/ask-first.tsx'
import { CsrfField } from '../parts/console-frame.tsx'
import { Badge, Done, TimeText } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { DataTable } from '../parts/table.tsx'

interface SessionsPageProps {
  sessions: SessionView[]
  isDone: boolean
}

/** An admin's sessions, and the act that ends all others. */
export function SessionsPage({ sessions, isDone }: SessionsPageProps) {
  return (
    <>
      <PageHead
        title="Your sessions"
        crumbs={[{ href: '/admin/account', text: 'Your account' }]}
        lead="A session ends after twelve hours without use, and after a week at the latest."
        actions={
          <AskFirst
            act="Sign out everywhere else"
            className="button secondary"
            says="Every session but this one ends at once, and text typed there and not yet sent is lost."
          >
            <form method="post" action="/admin/sessions">
              <CsrfField />
              <button className="button danger" type="submit">
                Sign out everywhere else
              </button>
            </form>
          </AskFirst>
        }
      />
      {isDone ? <Done>You are signed out everywhere else.</Done> : null}
      <DataTable
        caption="Your sessions"
        rows={sessions}
        rowKey={({ createdAt, address }) => `${createdAt} ${address}`}
        empty={null}
        columns={[
          {
            head: 'Last used',
            cell: ({ lastSeenAt, isThis }) => (
              <>
                <TimeText at={lastSeenAt} /> {isThis ? <Badge tone="good">this one</Badge> : null}
              </>
            ),
          },
          { head: 'Since', cell: ({ createdAt }) => <TimeText at={createdAt} /> },
          { head: 'From', cell: ({ address }) => <code>{address}</code> },
          { head: 'With', cell: ({ userAgent }) => <span className="cell-wide">{userAgent}</span> },
        ]}
      />
    </>
  )
}
