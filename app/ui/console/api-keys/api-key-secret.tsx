import type { ApiKeyWithSecret } from '#app/services/api-keys/api-key-view.ts'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import { Copyable, PageScript } from '../parts/copyable.tsx'
import { TimeText, Warning } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { postShell } from '../parts/post-shell.ts'

interface SecretPageProps {
  apiKey: ApiKeyWithSecret
  portal: string
  /** Whether the issuer has an active signing key: without one no receipt is taken. */
  canSign: boolean
  /** Whether the API key's scopes let it post: without them the curl line would be refused. */
  canPost: boolean
  /** Whether a rotation made the secret, which has one before it. */
  isRotated: boolean
  script: string | null
}

/** The only page that ever shows the secret. */
export function ApiKeySecretPage({
  apiKey,
  portal,
  canSign,
  canPost,
  isRotated,
  script,
}: SecretPageProps) {
  const { id, issuer, name, mode, previousExpiresAt } = apiKey
  const [sign, post] = postShell({ slug: issuer, portal, apiKey: apiKey.apiKey })
  return (
    <>
      <PageHead
        title="The secret, this once"
        crumbs={[
          { href: '/admin/api-keys', text: 'API keys' },
          { href: `/admin/api-keys/${id}`, text: <VisibleText text={name} /> },
        ]}
      />
      <Warning tone="good">
        Copy it now to where the service keeps its secrets: when you leave or reload this page it
        can’t be shown again. Should it get lost, rotate the key.
      </Warning>
      {isRotated ? <PreviousSecret until={previousExpiresAt} /> : null}
      <section className="panel" aria-labelledby="secret-title">
        <h2 id="secret-title">
          <span>
            Secret of <VisibleText text={name} />
          </span>
        </h2>
        <Copyable id="secret" text={apiKey.apiKey} what="the secret" wraps />
      </section>
      {canPost ? (
        <section className="panel" aria-labelledby="first">
          <h2 id="first">Post a receipt with it</h2>
          {canSign ? null : (
            <Warning>
              This issuer has no key to sign with yet.{' '}
              <a href={`/admin/issuers/${issuer}/keys/new`} target="_blank" rel="noreferrer">
                Publish its signing key
              </a>{' '}
              first (in a new tab, so that the secret stays here).
            </Warning>
          )}
          <ol className="recipe">
            <li>
              {sign.says}
              <details>
                <summary>The shell lines, with openssl alone</summary>
                <Copyable id="sign-shell" text={sign.shell} what="the lines that sign" />
              </details>
            </li>
            <li>
              {post.says}
              <Copyable id="post-shell" text={post.shell} what="the curl line" />
            </li>
          </ol>
          {mode === 'test' ? (
            <p className="quiet">
              It is a test key: its receipts are marked as tests on every page that shows them.
            </p>
          ) : null}
        </section>
      ) : null}
      <p className="actions">
        <a className="button" href={`/admin/api-keys/${id}`}>
          I have copied it
        </a>
      </p>
      <PageScript src={script} />
    </>
  )
}

function PreviousSecret({ until }: { until: string | null }) {
  return (
    <Warning tone="info">
      {until === null ? (
        'The previous secret no longer works.'
      ) : (
        <>
          The previous secret works until <TimeText at={until} />.
        </>
      )}
    </Warning>
  )
}
