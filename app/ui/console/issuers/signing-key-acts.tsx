import type { FieldMetadata, FormMetadata } from '@conform-to/react'
import type { ReceiptCount } from '#app/services/issuers/count-receipts.ts'
import type { UsedSigningKey } from '#app/services/issuers/list-signing-keys.ts'
import { ConsoleForm, FormPanel, Submit, TextArea } from '../parts/form.tsx'
import { TimeText, Warning } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { sayReceipts, startSentence } from '../parts/say.ts'
import { AlreadyDone, keyCrumbs } from './signing-key-page.tsx'
import { KeyStateBadge } from './signing-key-state.tsx'

type Meta = FieldMetadata<unknown, Record<string, unknown>>

interface ActProps {
  issuer: { slug: string; name: string }
  signingKey: UsedSigningKey
  before: ReceiptCount
  /** The issuer has no other active key. */
  isLastActive: boolean
  form: FormMetadata<Record<string, unknown>>
  reason: Meta
}

function Which({ signingKey: { kid, shownState, publishedAt } }: Pick<ActProps, 'signingKey'>) {
  return (
    <p className="key-which">
      <KeyStateBadge state={shownState} /> <code>{kid}</code>, published on{' '}
      <TimeText at={publishedAt} />.
    </p>
  )
}

const LAST_ACTIVE =
  'It is the only key this issuer can sign with: until another is published, its posts are refused.'

export function RetireKeyPage(props: ActProps) {
  const { issuer, signingKey, before, isLastActive, form, reason } = props
  const back = `/admin/issuers/${issuer.slug}/keys/${signingKey.kid}`
  return (
    <>
      <PageHead title="Retire this signing key" crumbs={keyCrumbs(issuer, signingKey.kid)} />
      <FormPanel>
        <Which signingKey={signingKey} />
        {signingKey.state === 'active' ? (
          <>
            <h2>What will happen</h2>
            <ul className="says-list">
              <li>No new receipt by this key is taken from now on.</li>
              <li>
                {before.count === 0
                  ? 'It has signed no receipt that came here.'
                  : `${startSentence(sayReceipts(before))} that it signed stay valid; their pages say that the key is retired.`}
              </li>
              <li>It can’t be made active again. Publish a new key instead.</li>
              {isLastActive ? <li>{LAST_ACTIVE}</li> : null}
            </ul>
            <ConsoleForm form={form}>
              <TextArea
                meta={reason}
                label="Reason"
                rows={2}
                help="Everybody can read it. 1 to 500 characters on one line."
              />
              <Submit danger cancel={back}>
                Retire the key
              </Submit>
            </ConsoleForm>
          </>
        ) : (
          <AlreadyDone back={back} says={`This key is ${signingKey.state} already.`} />
        )}
      </FormPanel>
    </>
  )
}

interface RevokeProps extends ActProps {
  after: ReceiptCount
  /** The cut as it was typed, as a time, and its flaw. */
  cut: { typed: string; at: string | null; wrong: string | null }
}

export function RevokeKeyPage(props: RevokeProps) {
  const { issuer, signingKey, cut, form, reason } = props
  const back = `/admin/issuers/${issuer.slug}/keys/${signingKey.kid}`
  return (
    <>
      <PageHead
        title="Revoke this signing key"
        lead="For a key that somebody else has or may have had. A key that is only replaced is better retired."
        crumbs={keyCrumbs(issuer, signingKey.kid)}
      />
      {signingKey.state === 'revoked' ? (
        <FormPanel>
          <Which signingKey={signingKey} />
          <AlreadyDone
            back={back}
            says="This key is revoked already. A revocation is final and keeps its first reason and moment."
          />
        </FormPanel>
      ) : (
        <>
          <section className="panel form-panel" aria-labelledby="since">
            <h2 id="since">1. Since when?</h2>
            <Which signingKey={signingKey} />
            <CutForm cut={cut} />
          </section>
          {cut.wrong === null ? (
            <section className="panel form-panel" aria-labelledby="revoke">
              <h2 id="revoke">2. What will happen</h2>
              <Preview {...props} />
              <ConsoleForm form={form}>
                <input type="hidden" name="since" value={cut.typed} />
                <TextArea
                  meta={reason}
                  label="Reason"
                  rows={2}
                  help="Everybody can read it. 1 to 500 characters on one line."
                />
                <Submit danger cancel={back}>
                  Revoke the key
                </Submit>
              </ConsoleForm>
            </section>
          ) : null}
        </>
      )}
    </>
  )
}

/** A GET form, so that the browser's Back button returns to an earlier preview. */
function CutForm({ cut: { typed, wrong } }: Pick<RevokeProps, 'cut'>) {
  return (
    <form method="get" className="console-form">
      <div className="field">
        <label htmlFor="since-field">
          In other hands since, UTC <span className="quiet optional">(optional)</span>
        </label>
        <input
          id="since-field"
          className="moment"
          name="since"
          // A `datetime-local` field would drop an invalid time, so a text field shows it as typed.
          type={wrong === null || typed.includes('T') ? 'datetime-local' : 'text'}
          step="any"
          defaultValue={typed}
          autoComplete="off"
          aria-invalid={wrong === null ? undefined : true}
          aria-describedby={wrong === null ? 'since-help' : 'since-help since-error'}
        />
        <p className="help" id="since-help">
          Empty: from now on, and every receipt received so far stays valid.
        </p>
        {wrong === null ? null : (
          <p className="field-error" id="since-error">
            {wrong}
          </p>
        )}
      </div>
      <p className="actions">
        <button className="button secondary" type="submit">
          Preview
        </button>
      </p>
    </form>
  )
}

function Preview({ before, after, isLastActive, cut }: RevokeProps) {
  const stay = before.count === 1 && !before.isMore ? 'stays' : 'stay'
  return (
    <>
      <Warning tone={after.count > 0 ? 'bad' : 'warn'}>
        <p id="preview">
          <strong>{startSentence(sayReceipts(before))}</strong> received before{' '}
          {/* To the second: the cut may divide receipts of one minute. */}
          {cut.at === null ? 'this moment' : <TimeText at={cut.at} toTheSecond />} {stay} valid;{' '}
          <strong>
            {after.count === 0
              ? 'none'
              : after.isMore
                ? sayReceipts(after)
                : after.count.toLocaleString('en')}
          </strong>{' '}
          will show as revoked.
        </p>
      </Warning>
      <ul className="says-list">
        <li>No new receipt by this key is taken from now on.</li>
        <li>The public pages say that the key is revoked, with your reason, within seconds.</li>
        <li>Verifiers no longer find it in the key set, and webhooks are told.</li>
        {isLastActive ? <li>{LAST_ACTIVE}</li> : null}
        <li>This is final: neither the moment nor the reason can be changed later.</li>
      </ul>
    </>
  )
}
