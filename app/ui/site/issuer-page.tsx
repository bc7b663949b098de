import type { ReactNode } from 'react'
import { formatTime } from '../text/format-time.ts'
import { VisibleText } from '../text/visible-text.tsx'
import type { PageWords } from '../words/en.ts'

export interface ShownKey {
  kid: string
  jwk: { x: string }
  state: 'active' | 'retired' | 'revoked'
  publishedAt: string
  retiredAt: string | null
  revokedAt: string | null
  compromisedSince: string | null
  reason: string | null
}

export interface ShownIssuer {
  slug: string
  name: string
  url: string | null
  domainVerified: boolean
  createdAt: string
  keys: ShownKey[]
}

/** An issuer as this portal knows it, and each of its signing keys with its history. */
export function IssuerPage({ words, issuer }: { words: PageWords; issuer: ShownIssuer }) {
  const own = words.issuer
  return (
    <article className="sheet">
      <section className="stub plain">
        <p className="verdict-name">{own.kicker}</p>
        <h1>
          <VisibleText text={issuer.name} />
        </h1>
        <p className="says">
          {own.since(formatTime(words, issuer.createdAt))}{' '}
          {issuer.domainVerified ? own.domainVerified : own.domainNotVerified}
        </p>
      </section>
      <section>
        <dl className="facts">
          {issuer.url === null ? null : (
            <Row name={own.website}>
              <VisibleText text={issuer.url} />
            </Row>
          )}
          <Row name={own.slug}>
            <code>{issuer.slug}</code>
          </Row>
        </dl>
      </section>
      <section aria-labelledby="keys">
        <h2 id="keys">{own.keysTitle}</h2>
        {issuer.keys.length === 0 ? <p className="quiet">{own.noKeys}</p> : null}
        {issuer.keys.map((key) => (
          <KeyHistory key={key.kid} words={words} shown={key} />
        ))}
        <p>
          <a href={`/v1/issuers/${issuer.slug}`}>{own.json}</a>
        </p>
      </section>
    </article>
  )
}

function KeyHistory({ words, shown }: { words: PageWords; shown: ShownKey }) {
  const own = words.issuer
  return (
    <section className="key" data-state={shown.state}>
      <h3>
        <span className="state-word">{own.states[shown.state]}</span> <code>{shown.kid}</code>
      </h3>
      <dl className="facts">
        <When words={words} name={own.published} at={shown.publishedAt} />
        <When words={words} name={own.retired} at={shown.retiredAt} />
        <When words={words} name={own.revoked} at={shown.revokedAt} />
        <When words={words} name={own.compromisedSince} at={shown.compromisedSince} />
        {shown.reason === null ? null : (
          <Row name={own.reason}>
            <VisibleText text={shown.reason} />
          </Row>
        )}
        <Row name={own.publicKey}>
          <code>{shown.jwk.x}</code>
        </Row>
      </dl>
    </section>
  )
}

function When({ words, name, at }: { words: PageWords; name: string; at: string | null }) {
  if (at === null) return null
  return (
    <Row name={name}>
      <time dateTime={at}>{formatTime(words, at)}</time>
    </Row>
  )
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
