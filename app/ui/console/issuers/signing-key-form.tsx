import type { FieldMetadata, FormMetadata } from '@conform-to/react'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import { OnceFields } from '../parts/console-frame.tsx'
import { Copyable, PageScript } from '../parts/copyable.tsx'
import { ConsoleForm, Submit, TextArea } from '../parts/form.tsx'
import { keyShell, sdkLine } from '../parts/key-shell.ts'
import { Warning } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'

type Meta = FieldMetadata<unknown, Record<string, unknown>>

interface PublishKeyProps {
  issuer: { slug: string; name: string }
  /** The portal's public address, which stands in the proof. */
  portal: string
  /** Whether another key of this issuer is in use: the new key is then `next`. */
  hasKeyInUse: boolean
  form: FormMetadata<Record<string, unknown>>
  fields: { jwk: Meta; proof: Meta }
  scripts: { copy: string | null; keyFile: string | null }
}

/** Shows how key and proof are made, then the form that takes them. */
export function PublishKeyPage(props: PublishKeyProps) {
  const { issuer, hasKeyInUse, form, fields, scripts } = props
  const back = `/admin/issuers/${issuer.slug}`
  return (
    <>
      <PageHead
        title="Publish a signing key"
        lead="The service keeps the private half and never shows it. You publish the public half, with a proof that the service holds the private one."
        crumbs={[
          { href: '/admin/issuers', text: 'Issuers' },
          { href: back, text: <VisibleText text={issuer.name} /> },
        ]}
      />
      <div className="key-columns">
        <HowToMakeOne {...props} />
        <section className="panel" aria-labelledby="publish">
          <h2 id="publish">2. Publish it</h2>
          <KeyFile />
          <ConsoleForm form={form}>
            <OnceFields />
            <TextArea
              meta={fields.jwk}
              label="Public key"
              rows={4}
              help="A JWK, a PEM file with “BEGIN PUBLIC KEY”, or all that the SDK’s line printed, with its proof. Never the private key."
            />
            <TextArea
              meta={fields.proof}
              label="Proof"
              rows={6}
              emptyIf="not with the SDK"
              help="Three parts with dots between them, made less than ten minutes ago. Leave it empty for the output of the SDK’s line, which holds the proof."
            />
            <Warning tone="info">
              {hasKeyInUse
                ? 'It will stand as next until the first receipt signed with it comes in; receipts by the key in use are taken as before. A published key can be retired or revoked, but never deleted.'
                : 'Receipts signed with it are taken at once. A published key can be retired or revoked, but never deleted.'}
            </Warning>
            <Submit cancel={back}>Publish the key</Submit>
          </ConsoleForm>
        </section>
      </div>
      <PageScript src={scripts.copy} />
      <PageScript src={scripts.keyFile} />
    </>
  )
}

function HowToMakeOne({ issuer: { slug }, portal }: PublishKeyProps) {
  return (
    <section className="panel" aria-labelledby="make">
      <h2 id="make">1. Make the key and its proof</h2>
      <p className="quiet key-says">
        In a shell where the service runs, with openssl 3. One block after the other, in one shell.
      </p>
      <ol className="recipe">
        {keyShell({ slug, portal }).map(({ says, shell }, at) => (
          <li key={says}>
            {says}
            <Copyable id={`key-shell-${at}`} text={shell} what={`shell lines, step ${at + 1}`} />
          </li>
        ))}
      </ol>
      <details>
        <summary>Or with the SDK, where Node.js is</summary>
        <p className="quiet">
          One line in place of the three steps: it makes the key’s file, and prints the public key
          and the proof together. Paste all that it prints under “Public key”. For a key that you
          have already, leave out <code>--new</code>.
        </p>
        <Copyable id="key-sdk" text={sdkLine({ slug, portal })} what="the SDK’s line" />
      </details>
    </section>
  )
}

/** The script shows this box; without the script the field below takes the key. */
function KeyFile() {
  return (
    <div className="dropzone key-file" id="key-file" hidden>
      <p>Drop the file of the public key here. It is read in this browser.</p>
      <label className="file-pick">
        <span>Choose a file</span>
        <input type="file" id="key-file-pick" accept=".pem,.pub,.json,.jwk" />
      </label>
      <div id="key-file-says" role="status" />
    </div>
  )
}
