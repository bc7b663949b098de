import type { ReactNode } from 'react'
import type { PasskeyView } from '#app/services/door/change-passkeys.ts'
import type { AdminView } from '#app/services/door/admin-view.ts'
import { Badge, DoneNotice, TimeText, Warning } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { DataTable } from '../parts/table.tsx'

interface AccountPageProps {
  person: AdminView
  passkeys: PasskeyView[]
  /** The number of the admin's sessions. */
  sessions: number
  done: string | null
  /** Whether this portal demands a second factor of everybody. */
  isRequired: boolean
}

const DONE = {
  back: 'You are in again. Your old ways in no longer work: set up your second factor anew.',
  password: 'Your password was changed, and you are signed out everywhere else.',
  'passkey-added': 'The passkey was added: you can sign in with it from now on.',
  'passkey-renamed': 'The passkey has its new name.',
  'passkey-removed': 'The passkey was removed. You may want to delete it on its device too.',
  'second-factor-off': 'The second factor is off, and its recovery codes are gone.',
}

const PASSWORD_ALONE =
  'Whoever learns your password can come in. A passkey, or a code from an app beside the password, keeps them out.'

/** With so few recovery codes left, the page says "Only". */
const FEW_CODES = 3

/** An admin's own ways in, with links to change them. */
export function AccountPage({ person, passkeys, sessions, done, isRequired }: AccountPageProps) {
  const isPasswordAlone = person.password && !person.secondFactor && passkeys.length === 0
  return (
    <>
      <PageHead
        title="Your account"
        lead={
          <>
            {person.name} <Badge>{person.role}</Badge>
          </>
        }
      />
      <DoneNotice done={done} says={DONE} />
      {isPasswordAlone ? (
        <Warning tone={isRequired ? 'bad' : 'warn'}>
          {isRequired
            ? 'This portal demands a second factor. Add a passkey, or set up a code from an app: until then no other page opens.'
            : PASSWORD_ALONE}
        </Warning>
      ) : null}
      <section className="panel" aria-labelledby="passkeys">
        <h2 id="passkeys">
          Passkeys
          <a className="button small secondary" href="/admin/account/passkeys/new">
            Add a passkey
          </a>
        </h2>
        <p>Your device asks for your finger, face or PIN, and no password has to be typed.</p>
        <PasskeyTable passkeys={passkeys} mayRemove={person.password || passkeys.length > 1} />
      </section>
      <Panel
        id="password"
        title="Password"
        action={{
          href: '/admin/account/password',
          text: person.password ? 'Change it' : 'Set a password',
        }}
      >
        {person.password
          ? 'You can sign in with your name and a password.'
          : 'You have no password: you sign in with a passkey.'}
      </Panel>
      <Panel
        id="second-factor"
        title="Second factor"
        badge={
          person.secondFactor ? <Badge tone="good">on</Badge> : <Badge tone="quiet">off</Badge>
        }
        action={
          person.secondFactor && !isRequired
            ? { href: '/admin/account/second-factor/off', text: 'Turn it off' }
            : {
                href: '/admin/account/second-factor',
                text: person.secondFactor ? 'Set up another' : 'Set it up',
              }
        }
      >
        {person.secondFactor ? (
          <>
            After the password you are asked for a code of your authenticator app.{' '}
            {codesLeft(person.recoveryCodes)}{' '}
            <a href="/admin/account/recovery-codes">Make new recovery codes</a>
          </>
        ) : (
          'A code from an app on your phone, asked for after the password.'
        )}
      </Panel>
      <Panel
        id="sessions"
        title="Sessions"
        action={{ href: '/admin/sessions', text: 'See them all' }}
      >
        {sessions === 1
          ? 'You are signed in here and nowhere else.'
          : `You are signed in at ${sessions} places. You can sign out of all others at once.`}
      </Panel>
    </>
  )
}

const codesLeft = (left: number): string =>
  left === 0
    ? 'No recovery code is left.'
    : left <= FEW_CODES
      ? `Only ${left} recovery ${left === 1 ? 'code is' : 'codes are'} left.`
      : `${left} recovery codes are left.`

interface PanelProps {
  id: string
  title: string
  badge?: ReactNode
  action: { href: string; text: string }
  children: ReactNode
}

function Panel({ id, title, badge, action, children }: PanelProps) {
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 id={id}>
        <span>
          {title} {badge}
        </span>
        <a className="button small secondary" href={action.href}>
          {action.text}
        </a>
      </h2>
      <p>{children}</p>
    </section>
  )
}

function PasskeyTable({ passkeys, mayRemove }: { passkeys: PasskeyView[]; mayRemove: boolean }) {
  return (
    <DataTable
      caption="Your passkeys"
      rows={passkeys}
      rowKey={({ id }) => id}
      empty={<p className="quiet">You have none yet.</p>}
      columns={[
        { head: 'Name', cell: ({ name }) => <bdi className="cell-name">{name}</bdi> },
        { head: 'Added', cell: ({ createdAt }) => <TimeText at={createdAt} /> },
        { head: 'Last used', cell: ({ lastUsedAt }) => <TimeText at={lastUsedAt} none="never" /> },
        {
          head: 'Change',
          cell: ({ id, name }) => (
            <span className="row-links">
              <a href={`/admin/account/passkeys/${id}`}>
                Rename<span className="said-only"> {name}</span>
              </a>
              {mayRemove ? (
                <a href={`/admin/account/passkeys/${id}/remove`}>
                  Remove<span className="said-only"> {name}</span>
                </a>
              ) : (
                <span className="quiet">your only way in</span>
              )}
            </span>
          ),
        },
      ]}
    />
  )
}
