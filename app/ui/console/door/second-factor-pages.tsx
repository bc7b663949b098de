import { CsrfField } from '../parts/console-frame.tsx'
import { Copyable, PageScript } from '../parts/copyable.tsx'
import { FormPanel, Submit } from '../parts/form.tsx'
import { Done, Warning } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { QrCode } from '../parts/qr-code.tsx'

const ACCOUNT = { href: '/admin/account', text: 'Your account' }

interface SecondFactorPageProps {
  begun: { sealed: string; secret: string; uri: string }
  isWrong: boolean
  /** Whether the admin has a second factor, which this one would replace. */
  isOn: boolean
}

/** The portal keeps the secret only after a first code shows that the app has it. */
export function SecondFactorPage({ begun, isWrong, isOn }: SecondFactorPageProps) {
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

interface RecoveryCodesPageProps {
  codes: string[]
  script: string | null
  /** Whether the second factor was switched on with these codes. */
  isFirst?: boolean
}

/** The form's answer, and the only page that ever shows the codes. */
export function RecoveryCodesPage({ codes, script, isFirst = false }: RecoveryCodesPageProps) {
  return (
    <>
      <PageHead title="Your recovery codes, this once" crumbs={[ACCOUNT]} />
      <Done>
        {isFirst ? 'The second factor is on. ' : 'Your old codes no longer work. '}
        Keep these where you will find them without your phone: when you leave this page they can’t
        be shown again.
      </Done>
      <section className="panel" aria-labelledby="codes">
        <h2 id="codes">Each lets you in once, in place of a code of the app</h2>
        <Copyable id="recovery-codes" text={codes.join('\n')} what="the recovery codes" />
      </section>
      <p className="actions">
        <a className="button" href="/admin/account">
          I have kept them
        </a>
      </p>
      <PageScript src={script} />
    </>
  )
}

/** Says what new recovery codes change, before they are made. */
export function NewCodesPage({ left }: { left: number }) {
  return (
    <>
      <PageHead title="Make new recovery codes" crumbs={[ACCOUNT]} />
      <FormPanel>
        <Warning>
          {left === 0
            ? 'You have no code left. You get ten new ones.'
            : `You get ten new ones, and the ${left} that you have left stop working at once.`}
        </Warning>
        <form method="post" className="console-form">
          <CsrfField />
          <Submit cancel="/admin/account">Make new codes and show them</Submit>
        </form>
      </FormPanel>
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
