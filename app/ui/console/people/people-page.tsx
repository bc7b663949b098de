import type { InvitationView } from '#app/services/people/invite-admin.ts'
import type { AdminView } from '#app/services/door/admin-view.ts'
import { AskFirst } from '../parts/ask-first.tsx'
import { CsrfField } from '../parts/console-frame.tsx'
import { Badge, DoneNotice, TimeText } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { DataTable, Pager } from '../parts/table.tsx'

interface PeoplePageProps {
  people: { items: AdminView[]; next: string | null }
  invitations: InvitationView[]
  /** The id of the admin who reads the page. */
  self: string
  done: string | null
}

const DONE = {
  role: 'The role was changed. It holds from their next click on.',
  removed: 'They were removed, and signed out everywhere.',
  withdrawn: 'The invitation was withdrawn: its link leads nowhere now.',
  gone: 'This invitation was used, withdrawn or expired meanwhile.',
}

/** The admins with their roles and ways in, and the open invitations. */
export function PeoplePage({ people, invitations, self, done }: PeoplePageProps) {
  return (
    <>
      <PageHead
        title="People"
        lead="A viewer sees every page but this one, never a secret, and changes nothing. An admin may also change what those pages show, and sees new secrets. An owner also manages people."
        actions={
          <a className="button" href="/admin/people/invite">
            Invite somebody
          </a>
        }
      />
      <DoneNotice done={done} says={DONE} />
      <DataTable
        caption="People"
        rows={people.items}
        rowKey={({ id }) => id}
        empty={<p className="quiet">There are no more people.</p>}
        columns={[
          {
            head: 'Name',
            cell: ({ id, name }) => (
              <>
                <bdi className="cell-name">{name}</bdi>{' '}
                {id === self ? <Badge tone="info">you</Badge> : null}
              </>
            ),
          },
          { head: 'Role', cell: ({ role }) => <Badge>{role}</Badge> },
          { head: 'Comes in by', cell: (person) => <Ways person={person} /> },
          {
            head: 'Last seen',
            cell: ({ lastSeenAt }) => <TimeText at={lastSeenAt} none="never" />,
          },
          { head: 'Since', cell: ({ createdAt }) => <TimeText at={createdAt} /> },
          {
            head: 'Change',
            cell: ({ id, name }) => (
              <span className="row-links">
                <a href={`/admin/people/${id}`}>
                  Role<span className="said-only"> of {name}</span>
                </a>
                <a href={`/admin/people/${id}/remove`}>
                  Remove<span className="said-only"> {name}</span>
                </a>
              </span>
            ),
          },
        ]}
      />
      <Pager next={people.next === null ? null : `?after=${encodeURIComponent(people.next)}`} />
      <section className="invitations" aria-labelledby="invitations">
        <h2 id="invitations">Open invitations</h2>
        <DataTable
          caption="Open invitations"
          rows={invitations}
          rowKey={({ id }) => id}
          empty={
            <p className="quiet">
              No invitation is open. An invitation is a link that works once, for a week.
            </p>
          }
          columns={[
            { head: 'As', cell: ({ role }) => <Badge>{role}</Badge> },
            {
              head: 'Invited by',
              cell: ({ createdBy }) => <bdi className="cell-name">{createdBy}</bdi>,
            },
            { head: 'Made', cell: ({ createdAt }) => <TimeText at={createdAt} /> },
            { head: 'Expires', cell: ({ expiresAt }) => <TimeText at={expiresAt} /> },
            { head: 'Change', cell: ({ id }) => <Withdraw id={id} /> },
          ]}
        />
      </section>
    </>
  )
}

function Ways({ person }: { person: AdminView }) {
  const { passkeys, password, secondFactor } = person
  return (
    <span className="badges">
      {passkeys > 0 ? (
        <Badge tone="good">{passkeys === 1 ? 'a passkey' : `${passkeys} passkeys`}</Badge>
      ) : null}
      {password && secondFactor ? <Badge tone="good">password and code</Badge> : null}
      {password && !secondFactor ? <Badge tone="warn">password alone</Badge> : null}
      {passkeys === 0 && !password ? <Badge tone="quiet">nothing</Badge> : null}
    </span>
  )
}

function Withdraw({ id }: { id: string }) {
  return (
    <AskFirst
      act="Withdraw"
      className="link-button row-button"
      says="Its link leads nowhere from then on. You can invite them anew."
    >
      <form method="post" action="/admin/people">
        <CsrfField />
        <input type="hidden" name="invitation" value={id} />
        <button className="button danger" type="submit">
          Withdraw it
        </button>
      </form>
    </AskFirst>
  )
}
