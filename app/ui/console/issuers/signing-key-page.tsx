import type { ReceiptCount } from '#app/services/issuers/count-receipts.ts'
import type { UsedSigningKey } from '#app/services/issuers/list-signing-keys.ts'
import type { HistoryEntry } from '#app/services/audit/list-history.ts'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import { Copyable, PageScript } from '../parts/copyable.tsx'
import { Fact, Facts } from '../parts/facts.tsx'
import { History } from '../audit/history.tsx'
import { useMayAct } from '../parts/may-act.ts'
import { DoneNotice, TimeText, Warning } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { sayReceipts } from '../parts/say.ts'
import { KeyStateBadge, STATE_SAYS, stateSince } from './signing-key-state.tsx'

interface SigningKeyPageProps {
  issuer: { slug: string; name: string }
  signingKey: UsedSigningKey
  /** The key's receipts that stay valid, and those revoked with it. */
  before: ReceiptCount
  after: ReceiptCount
  history: HistoryEntry[]
  done: string | null
  script: string | null
}

const DONE = {
  retired: 'The key is retired: no new receipt by it is taken. Those it signed before stay valid.',
  revoked: 'The key is revoked. Every page of its receipts says so within seconds.',
}

export const keyCrumbs = (issuer: { slug: string; name: string }, kid?: string) => {
  const here = `/admin/issuers/${issuer.slug}`
  return [
    { href: '/admin/issuers', text: 'Issuers' },
    { href: here, text: <VisibleText text={issuer.name} /> },
    ...(kid === undefined
      ? []
      : [{ href: `${here}/keys/${kid}`, text: <code>{kid.slice(0, 12)}…</code> }]),
  ]
}

/** One signing key: its state with the reason, its receipts and its history. */
export function SigningKeyPage(props: SigningKeyPageProps) {
  const { issuer, signingKey: key, history, done, script } = props
  return (
    <>
      <PageHead
        title="Signing key"
        crumbs={keyCrumbs(issuer)}
        actions={useMayAct() ? <Actions issuer={issuer} signingKey={key} /> : undefined}
      />
      <DoneNotice done={done} says={DONE} />
      <section className="panel" aria-labelledby="state">
        <h2>
          <span id="state">State</span>
          <KeyStateBadge state={key.shownState} />
        </h2>
        <p className="key-says">{STATE_SAYS[key.shownState]}</p>
        <KeyFacts {...props} />
      </section>
      <section className="panel" aria-labelledby="public-key">
        <h2 id="public-key">Public key</h2>
        <Copyable
          id="public-jwk"
          text={JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x: key.jwk.x })}
          what="the public key"
          wraps
        />
        <p className="quiet">
          Everybody finds it on <a href={`/issuers/${issuer.slug}`}>the issuer’s public page</a>
          {key.state === 'revoked' ? (
            '; it is no longer in the key set for verifiers.'
          ) : (
            <>
              {' '}
              and in <a href="/.well-known/jwks.json">the key set for verifiers</a>.
            </>
          )}
        </p>
      </section>
      <section className="panel" aria-labelledby="history">
        <h2 id="history">History</h2>
        <History entries={history} />
        <p>
          <a href={`/admin/audit?subject=${key.kid}`}>Its history in the audit</a>
        </p>
      </section>
      <PageScript src={script} />
    </>
  )
}

function KeyFacts({ issuer, signingKey: key, before, after }: SigningKeyPageProps) {
  const isRevoked = key.state === 'revoked'
  return (
    <Facts>
      <Fact name="Key id (kid)">
        <code>{key.kid}</code>
      </Fact>
      <Fact name="Issuer">
        <a href={`/admin/issuers/${issuer.slug}`}>
          <VisibleText text={issuer.name} />
        </a>
      </Fact>
      <Fact name="Published">
        <TimeText at={key.publishedAt} />
      </Fact>
      {key.state === 'active' ? null : (
        <Fact name={isRevoked ? 'Revoked' : 'Retired'}>
          <TimeText at={stateSince(key)} />
        </Fact>
      )}
      {isRevoked ? (
        <Fact name="In other hands since">
          <TimeText at={key.compromisedSince} none="no earlier time is known" />
        </Fact>
      ) : null}
      {key.reason === null ? null : (
        <Fact name="Reason">
          <VisibleText text={key.reason} />
        </Fact>
      )}
      <Fact name={isRevoked ? 'Receipts that stay valid' : 'Receipts'}>
        {sayReceipts(before)}
        {before.count + after.count > 0 ? (
          <>
            {' '}
            (<a href={`/admin/receipts?kid=${key.kid}`}>all that it signed</a>)
          </>
        ) : null}
      </Fact>
      {isRevoked ? <Fact name="Receipts revoked with it">{sayReceipts(after)}</Fact> : null}
      <Fact name="First receipt">
        <TimeText at={key.firstReceivedAt} none="none yet" />
      </Fact>
      <Fact name="Last receipt">
        <TimeText at={key.lastReceivedAt} none="none yet" />
      </Fact>
    </Facts>
  )
}

function Actions({ issuer, signingKey: key }: Pick<SigningKeyPageProps, 'issuer' | 'signingKey'>) {
  const here = `/admin/issuers/${issuer.slug}/keys/${key.kid}`
  return (
    <>
      {key.state === 'active' ? (
        <a className="button secondary" href={`${here}/retire`}>
          Retire…
        </a>
      ) : null}
      {key.state === 'revoked' ? null : (
        <a className="button secondary danger" href={`${here}/revoke`}>
          Revoke…
        </a>
      )}
    </>
  )
}

/** Stands in place of a form whose act was done already. */
export function AlreadyDone({ says, back }: { says: string; back: string }) {
  return (
    <>
      <Warning tone="info">{says}</Warning>
      <p className="actions">
        <a className="button secondary" href={back}>
          Back to the key
        </a>
      </p>
    </>
  )
}
