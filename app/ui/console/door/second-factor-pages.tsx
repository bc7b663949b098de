import { CsrfField, OnceFields } from '../parts/console-frame.tsx'
import { FormPanel, Submit } from '../parts/form.tsx'
import { Warning } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { QrCode } from '../parts/qr-code.tsx'

const ACCOUNT = { href: '/admin/account', text: 'Your account' }

interface SecondFactorPageProps {
  begun: { sealed: string; secret: string; uri: string }
  /** The mark of the present second factor, or of none. */
  seen: string
  isWrong: boolean
  /** Whether the admin has a second factor, which this one would replace. */
  isOn: boolean
}

/** The portal keeps the secret only after a first code shows that the app has it. */
export function SecondFactorPage({ begun, seen, isWrong, isOn }: SecondFactorPageProps) {
  return (
    <>
      <PageHead
        title="Set up your second factor"
        lead="After your password you will be asked for a code that an app on your phone shows: Aegis, 2FAS, Google Authenticator, 1Password or any other."
        crumbs={[ACCOUNT]}
      />
      {isWrong ? (
        <div className="notice" data-tone="bad" role="alert">
          <p>
            This code is not right. The app shows another one every thirty seconds, and its clock
            has to be right. Nothing was changed yet.
          </p>
        </div>
      ) : null}
      {isOn ? (
        <Warning>
          You have one already. It and its recovery codes stop when this one starts.
        </Warning>
      ) : null}
      <section className="panel form-panel factor" aria-labelledby="scan">
        <QrCode text={begun.uri} label="QR code for your authenticator app" />
        <div>
          <h2 id="scan">1. Scan the code with the app</h2>
          <p>Reading this on that phone, or no camera? Open it there, or type the key by hand.</p>
          <p>
            <a href={begun.uri}>Open in an app</a>
          </p>
          <p>
            Key (time-based): <code className="factor-key">{begun.secret}</code>
          </p>
        </div>
      </section>
      <section className="panel form-panel" aria-labelledby="prove">
        <h2 id="prove">2. Type the code that it shows</h2>
        <form method="post" className="console-form">
          <CsrfField />
          <OnceFields seen={seen} />
          <input type="hidden" name="sealed" value={begun.sealed} />
          <div className="field">
            <label htmlFor="code">Code</label>
            <input
              id="code"
              name="code"
              className="short"
              inputMode="numeric"
              autoComplete="one-time-code"
              pattern="\s*\d{3}\s*\d{3}\s*"
              title="Six digits"
              required
              {...(isWrong ? { 'aria-invalid': true } : {})}
            />
          </div>
          <Submit cancel="/admin/account">Turn it on and show the recovery codes</Submit>
        </form>
      </section>
    </>
  )
}

/** Says what turning the second factor off does, before it is off. */
export function SecondFactorOffPage() {
  return (
    <>
      <PageHead title="Turn off your second factor" crumbs={[ACCOUNT]} />
      <FormPanel>
        <Warning tone="bad">
          <p>
            Your password alone will then let you in, and anybody else who learns it. The recovery
            codes stop working. You can set it up again at any time, with a new key for the app.
          </p>
        </Warning>
        <form method="post" className="console-form">
          <CsrfField />
          <Submit danger cancel="/admin/account">
            Turn it off
          </Submit>
        </form>
      </FormPanel>
    </>
  )
}
