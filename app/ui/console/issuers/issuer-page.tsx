import type { IssuerWithUse } from '#app/services/issuers/list-signing-keys.ts'
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
  /** There are more API keys than are shown here. */
  hasMore: boolean
  history: HistoryEntry[]
  done: string | null
}

const DONE = {
  created: 'The issuer is created. Publish its signing key now.',
  saved: 'Saved. The new name is shown everywhere from now on.',
  published: 'The signing key is published: receipts signed with it are taken from now on.',
}

/** An issuer, the keys it signs with, and the API keys its receipts come in by. */
export function IssuerPage({ issuer, apiKeys, hasMore, history, done }: IssuerPageProps) {
  const mayAct = useMayAct()
  const here = `/admin/issuers/${issuer.slug}`
  // The first one is the next thing to do; from then on it is one of many.
  const publish = (
    <a
      className={issuer.keys.length > 0 ? 'button secondary small' : 'button small'}
      href={`${here}/keys/new`}
    >
      Publish a signing key
    </a>
  )
  const create = (
    <a
      className={apiKeys.length > 0 ? 'button secondary small' : 'button small'}
      href={`/admin/api-keys/new?issuer=${issuer.slug}`}
    >
      Create an API key
    </a>
  )
  return (
    <>
      <PageHead
        title={<VisibleText text={issuer.name} />}
        crumbs={[{ href: '/admin/issuers', text: 'Issuers' }]}
        actions={
          mayAct ? (
            <a className="button secondary" href={`${here}/edit`}>
              Change name or website
            </a>
          ) : undefined
        }
      />
      <DoneNotice done={done} says={DONE} />
      <section className="panel" aria-labelledby="facts">
        <h2 id="facts">Facts</h2>
        <Facts>
          <Fact name="Slug">
            <code>{issuer.slug}</code>
          </Fact>
          <Fact name="Website">
            {issuer.url === null ? 'none' : <VisibleText text={issuer.url} />}
          </Fact>
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
      </section>
      <section className="panel" aria-labelledby="signing-keys">
        <h2>
          <span id="signing-keys">Signing keys</span>
          {mayAct && issuer.keys.length > 0 ? publish : null}
        </h2>
        <DataTable
          caption="Signing keys, those in use first"
          rows={issuer.keys}
          rowKey={({ kid }) => kid}
          empty={
            <Empty
              title="No signing key yet"
              says="The service makes a key pair and keeps the private half; the public half is published here, with a proof that it holds the other."
              {...(mayAct ? { action: publish } : {})}
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
            {
              head: 'State',
              cell: (key) => (
                <>
                  <KeyStateBadge state={key.shownState} />
                  {key.reason === null ? null : (
                    <span className="beneath">
                      <VisibleText text={key.reason} />
                    </span>
                  )}
                </>
              ),
            },
            { head: 'Since', cell: (key) => <TimeText at={stateSince(key)} /> },
            {
              head: 'Last receipt',
              cell: ({ lastReceivedAt }) => <TimeText at={lastReceivedAt} none="none yet" />,
            },
          ]}
        />
      </section>
      <section className="panel" aria-labelledby="api-keys">
        <h2>
          <span id="api-keys">API keys</span>
          {mayAct && apiKeys.length > 0 ? create : null}
        </h2>
        <ApiKeyTable
          keys={apiKeys}
          withIssuer={false}
          empty={
            <Empty
              title="No API key yet"
              says="The service that posts this issuer’s receipts needs one. Its secret is shown once."
              {...(mayAct ? { action: create } : {})}
            />
          }
        />
        {hasMore ? (
          <p>
            <a href={`/admin/api-keys?issuer=${issuer.slug}`}>All API keys of this issuer</a>
          </p>
        ) : null}
      </section>
      <section className="panel" aria-labelledby="history">
        <h2 id="history">History</h2>
        <History entries={history} />
      </section>
    </>
  )
}
