import type { Overview } from '#app/services/overview/read-overview.ts'
import { PostLine } from './first-receipt.tsx'
import { Badge } from '../parts/notice.tsx'

interface BeginningProps {
  state: Overview['beginning']
  publicUrl: string
}

/** The steps to the first receipt, each with a link; a finished step has a badge. */
export function Beginning({ state, publicUrl }: BeginningProps) {
  const steps = [
    {
      done: state.hasIssuer,
      href: '/admin/issuers/new',
      text: 'Create an issuer',
      says: 'The organisation whose name readers will see.',
    },
    {
      done: state.hasSigningKey,
      href: '/admin/issuers',
      text: 'Publish its signing key',
      says: 'The public half of the key that signs; the private half never comes here.',
    },
    {
      done: state.hasApiKey,
      href: '/admin/api-keys/new',
      text: 'Create an API key',
      says: 'With it the service posts its receipts, up to its cap.',
    },
    {
      done: state.hasReceipt,
      href: '/docs',
      text: 'Post the first receipt',
      says: 'It appears here at once, and its verify link can be handed out.',
    },
  ]
  return (
    <section className="panel" aria-labelledby="beginning">
      <h2 id="beginning">Your first receipt</h2>
      {state.hasSample ? (
        <p>
          <a href="/admin/issuers/harbour-library">Harbour Library</a> and its receipts came with
          the first start, so that there is something to look at. These are the steps to your own.
        </p>
      ) : null}
      <ol className="steps">
        {steps.map(({ done, href, text, says }) => (
          <li key={text}>
            <a href={href}>{text}</a> {done ? <Badge tone="good">done</Badge> : null}
            <span className="beneath">{says}</span>
          </li>
        ))}
      </ol>
      <PostLine publicUrl={publicUrl} />
    </section>
  )
}
