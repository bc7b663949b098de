import type { IssuerWithUse, UsedSigningKey } from '#app/services/issuers/list-signing-keys.ts'
import type { ApiKeyOverview } from '#app/services/api-keys/api-key-overview.ts'
import type { HistoryEntry } from '#app/services/audit/list-history.ts'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import { ApiKeyTable } from '../api-keys/api-key-table.tsx'
import { Fact, Facts } from '../parts/facts.tsx'
import { History } from '../audit/history.tsx'
import { useMayAct } from '../parts/may-act.ts'
import { DoneNotice, Empty, TimeText } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { KeyStateBadge, stateSince } from './signing-key-state.tsx'
import { DataTable } from '../parts/table.tsx'

interface IssuerPageProps {
  issuer: IssuerWithUse
  apiKeys: ApiKeyOverview[]
  /** The issuer has more API keys than the page shows. */
  hasMore: boolean
  history: HistoryEntry[]
  done: string | null
}

const DONE = {
  created: 'The issuer is created. Publish its signing key now.',
  saved: 'Saved. The new name is shown everywhere from now on.',
  published: 'The signing key is published: receipts signed with it are taken from now on.',
}

/** An issuer with its signing keys, its API keys and its history. */
export function IssuerPage({ issuer, apiKeys, hasMore, history, done }: IssuerPageProps) {
  return (
    <>
      <PageHead
        title={<VisibleText text={issuer.name} />}
        crumbs={[{ href: '/admin/issuers', text: 'Issuers' }]}
        actions={
          useMayAct() ? (
            <a className="button secondary" href={`${pageOf(issuer)}/edit`}>
              Change name or website
            </a>
          ) : undefined
        }
      />
      <DoneNotice done={done} says={DONE} />
      <section className="panel" aria-labelledby="facts">
        <h2 id="facts">Facts</h2>
        <IssuerFacts issuer={issuer} />
      </section>
      <SigningKeys issuer={issuer} />
      <ApiKeys issuer={issuer} apiKeys={apiKeys} hasMore={hasMore} />
      <section className="panel" aria-labelledby="history">
        <h2 id="history">History</h2>
        <History entries={history} />
      </section>
    </>
  )
}

const pageOf = ({ slug }: IssuerWithUse): string => `/admin/issuers/${slug}`

function IssuerFacts({ issuer }: Pick<IssuerPageProps, 'issuer'>) {
  return (
    <Facts>
      <Fact name="Slug">
        <code>{issuer.slug}</code>
      </Fact>
      <Fact name="Website">{issuer.url === null ? 'none' : <VisibleText text={issuer.url} />}</Fact>
      <Fact name="Created">
        <TimeText at={issuer.createdAt} />
      </Fact>
      <Fact name="Public page">
        <a href={`/issuers/${issuer.slug}`}>What everybody sees</a>
      </Fact>
      <Fact name="Receipts">
        <a href={`/admin/receipts?issuer=${issuer.slug}`}>Those of this issuer</a>
      </Fact>
    </Facts>
  )
}

function SigningKeys({ issuer }: Pick<IssuerPageProps, 'issuer'>) {
  const here = pageOf(issuer)
  const add = useMayAct() ? (
    <AddKey href={`${here}/keys/new`} isFirst={issuer.keys.length === 0}>
      Publish a signing key
    </AddKey>
  ) : undefined
  return (
    <section className="panel" aria-labelledby="signing-keys">
      <h2>
        <span id="signing-keys">Signing keys</span>
        {issuer.keys.length > 0 ? add : null}
      </h2>
      <DataTable
        caption="Signing keys, those in use first"
        rows={issuer.keys}
        rowKey={({ kid }) => kid}
        empty={
          <Empty
            title="No signing key yet"
            says="The service makes a key pair and keeps the private half; the public half is published here, with a proof that it holds the other."
            action={add}
          />
        }
        columns={[
          {
            head: 'Key',
            cell: ({ kid }) => (
              <a href={`${here}/keys/${kid}`}>
                <code>{kid.slice(0, 12)}…</code>
              </a>
            ),
          },
          { head: 'State', cell: (key) => <KeyState signingKey={key} /> },
          { head: 'Since', cell: (key) => <TimeText at={stateSince(key)} /> },
          {
            head: 'Last receipt',
            cell: ({ lastReceivedAt }) => <TimeText at={lastReceivedAt} none="none yet" />,
          },
        ]}
      />
    </section>
  )
}

function KeyState({ signingKey: { shownState, reason } }: { signingKey: UsedSigningKey }) {
  return (
    <>
      <KeyStateBadge state={shownState} />
      {reason === null ? null : (
        <span className="beneath">
          <VisibleText text={reason} />
        </span>
      )}
    </>
  )
}

type ApiKeysProps = Pick<IssuerPageProps, 'issuer' | 'apiKeys' | 'hasMore'>

function ApiKeys({ issuer, apiKeys, hasMore }: ApiKeysProps) {
  const add = useMayAct() ? (
    <AddKey href={`/admin/api-keys/new?issuer=${issuer.slug}`} isFirst={apiKeys.length === 0}>
      Create an API key
    </AddKey>
  ) : undefined
  return (
    <section className="panel" aria-labelledby="api-keys">
      <h2>
        <span id="api-keys">API keys</span>
        {apiKeys.length > 0 ? add : null}
      </h2>
      <ApiKeyTable
        keys={apiKeys}
        withIssuer={false}
        empty={
          <Empty
            title="No API key yet"
            says="The service that posts this issuer’s receipts needs one. Its secret is shown once."
            action={add}
          />
        }
      />
      {hasMore ? (
        <p>
          <a href={`/admin/api-keys?issuer=${issuer.slug}`}>All API keys of this issuer</a>
        </p>
      ) : null}
    </section>
  )
}

interface AddKeyProps {
  href: string
  /** The first key is the issuer's next step, so its button stands out. */
  isFirst: boolean
  children: string
}

function AddKey({ href, isFirst, children }: AddKeyProps) {
  return (
    <a className={isFirst ? 'button small' : 'button secondary small'} href={href}>
      {children}
    </a>
  )
}
