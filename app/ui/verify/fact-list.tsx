import type { ReactNode } from 'react'
import type { ReceiptClaims, Report } from '#receipt/report.ts'
import { formatTime } from '../text/format-time.ts'
import { VisibleText } from '../text/visible-text.tsx'
import type { PageWords } from '../words/en.ts'

/** Lists this portal's facts first, then the signer's own claims, named as claims. */
export function FactList({ words, report }: { words: PageWords; report: Report }) {
  const own = words.verify
  const { issuer, signingKey, receivedAt, revocation, receiptId } = report
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">{own.factsTitle}</h2>
      {report.receipt === null ? null : <h3>{own.factsHere}</h3>}
      <dl className="facts">
        {issuer === null ? null : (
          <Fact name={own.facts.issuer}>
            <a href={`/issuers/${issuer.slug}`}>
              <VisibleText text={issuer.name} />
            </a>
          </Fact>
        )}
        {issuer?.url == null ? null : (
          <Fact name={own.facts.domain}>
            <VisibleText text={issuer.url} />{' '}
            <span className="quiet">
              ({issuer.domainVerified ? own.facts.domainVerified : own.facts.domainNotVerified})
            </span>
          </Fact>
        )}
        {receivedAt === null ? null : (
          <Fact name={own.facts.received}>
            <Moment words={words} at={receivedAt} />
          </Fact>
        )}
        {revocation === null ? null : (
          <Fact name={own.facts.revoked}>
            <VisibleText
              text={own.revokedFor(formatTime(words, revocation.revokedAt), revocation.reason)}
            />
          </Fact>
        )}
        {signingKey === null ? null : (
          <Fact name={own.facts.key}>
            <code>{signingKey.kid}</code>{' '}
            <span className="quiet">({own.keyStates[signingKey.state]})</span>
          </Fact>
        )}
        {receiptId === null ? null : (
          <Fact name={own.facts.id}>
            <code>
              <VisibleText text={receiptId} />
            </code>
          </Fact>
        )}
      </dl>
      {report.receipt === null ? null : (
        <>
          <h3>{own.factsClaimed}</h3>
          <Claims words={words} claims={report.receipt.claims} known={issuer !== null} />
        </>
      )}
    </section>
  )
}

interface ClaimsProps {
  words: PageWords
  claims: ReceiptClaims
  known: boolean
}

function Claims({ words, claims, known }: ClaimsProps) {
  const own = words.verify
  const { content, outcome } = claims
  const issuedAt = new Date(claims.iat * 1000)
  return (
    <dl className="facts">
      {known ? null : <Value name={own.facts.claimedIssuer} text={claims.iss} />}
      {Number.isNaN(issuedAt.getTime()) ? null : (
        <Fact name={own.facts.issued}>
          <Moment words={words} at={issuedAt.toISOString()} />
        </Fact>
      )}
      {claims.model === undefined ? null : <Value name={own.facts.model} text={claims.model} />}
      {claims.provider === undefined ? null : (
        <Value name={own.facts.provider} text={claims.provider} />
      )}
      {outcome === undefined ? null : (
        <Value
          name={own.facts.outcome}
          text={
            outcome.end === undefined
              ? own.outcomes[outcome.status]
              : own.outcomeEnd(own.outcomes[outcome.status], outcome.end)
          }
        />
      )}
      <Value name={own.facts.subject} text={`${own.subjects[content.subject]}, ${content.type}`} />
      {content.length === undefined ? null : (
        <Value name={own.facts.length} text={own.bytes(content.length)} />
      )}
      <Fact name={own.facts.digest}>
        <code>
          {content.alg} {content.digest}
        </code>
      </Fact>
      {claims.jti === undefined ? null : <Value name={own.facts.job} text={claims.jti} />}
      {Object.entries(claims.meta ?? {}).map(([name, value]) => (
        <Value key={name} name={name} text={value} />
      ))}
    </dl>
  )
}

function Value({ name, text }: { name: string; text: string }) {
  return (
    <Fact name={name}>
      <VisibleText text={text} />
    </Fact>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>
        <VisibleText text={name} />
      </dt>
      <dd>{children}</dd>
    </div>
  )
}

function Moment({ words, at }: { words: PageWords; at: string }) {
  return <time dateTime={at}>{formatTime(words, at)}</time>
}
