import type { WebhookView } from '#app/services/alerts/view-webhook.ts'
import { hostOf } from './alert-words.ts'
import { Copyable, PageScript } from '../parts/copyable.tsx'
import { Done } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { ALERTS, toWebhook } from './webhook-forms.tsx'

const VERIFY = `import { Webhook } from 'standardwebhooks'

// secret: the one above, from where your receiver keeps its secrets
const webhook = new Webhook(secret)

// body: the request's body as text, not yet parsed
const { type, timestamp, data } = webhook.verify(body, request.headers)`

/** The only page that ever shows the secret. */
export function WebhookSecretPage({
  webhook,
  script,
}: {
  webhook: WebhookView & { secret: string }
  script: string | null
}) {
  return (
    <>
      <PageHead title="The secret, this once" crumbs={[ALERTS, toWebhook(webhook)]} />
      <Done>
        Copy it now to where your receiver keeps its secrets: when you leave or reload this page it
        can’t be shown again.
      </Done>
      <section className="panel" aria-labelledby="secret">
        <h2 id="secret">Secret of {hostOf(webhook.url)}</h2>
        <Copyable id="webhook-secret" text={webhook.secret} what="the secret" wraps />
      </section>
      <section className="panel" aria-labelledby="verify">
        <h2 id="verify">How your receiver knows that it was this portal</h2>
        <p>
          With <code>npm install standardwebhooks</code>; the same library is there for Python, Go,
          Java, Ruby, PHP, C# and Rust.
        </p>
        <Copyable id="webhook-verify" text={VERIFY} what="the example in JavaScript" />
        <p>
          <code>verify</code> throws when the signature is wrong or the message older than five
          minutes. Answer with a status from 200 to 299 within ten seconds; anything else is tried
          again for a day. An alert may arrive twice: both have the same <code>webhook-id</code>.
        </p>
      </section>
      <p className="actions">
        <a className="button" href={`/admin/alerts/${webhook.id}`}>
          I have copied it
        </a>
      </p>
      <PageScript src={script} />
    </>
  )
}
