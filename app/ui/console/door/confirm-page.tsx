import type { FieldMetadata, FormMetadata } from '@conform-to/react'
import { PageScript } from '../parts/copyable.tsx'
import { Or } from './door-frame.tsx'
import { ConsoleForm, Submit, TextField } from '../parts/form.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { PasskeyForm, WithoutPasskeys } from './passkey-form.tsx'

type Field = FieldMetadata<unknown, Record<string, unknown>>

interface ConfirmPageProps<Fields extends Record<string, unknown>> {
  form: FormMetadata<Fields>
  fields: { password: Field; code: Field }
  /** The proofs that this admin has set up. */
  ways: { password: boolean; secondFactor: boolean; passkey: boolean }
  name: string
  csrf: string
  script: string | null
}

/**
 * Asks for a fresh proof before a sensitive act, so that a stranger at an open laptop can't do it.
 */
export function ConfirmPage<Fields extends Record<string, unknown>>({
  form,
  fields,
  ways,
  name,
  csrf,
  script,
}: ConfirmPageProps<Fields>) {
  const csrfField = <input type="hidden" name="csrf" value={csrf} />
  return (
    <>
      <PageHead
        title="Is it you?"
        lead={`The next step is sensitive, so prove once more that you are ${name}. The proof holds for ten minutes. Nothing was changed yet: if you just sent a form, its page opens anew.`}
      />
      {ways.password ? (
        <ConsoleForm form={form}>
          {csrfField}
          <input type="text" hidden readOnly autoComplete="username" value={name} />
          <TextField
            meta={fields.password}
            label="Password"
            type="password"
            autoComplete="current-password"
          />
          {ways.secondFactor ? (
            <TextField
              meta={fields.code}
              label="Code"
              help="The six digits in your authenticator app, or one of your recovery codes."
              autoComplete="one-time-code"
            />
          ) : null}
          <Submit cancel="/admin">Go on</Submit>
        </ConsoleForm>
      ) : null}
      {ways.passkey ? (
        <>
          {ways.password ? <Or /> : <PasskeyTrouble form={form} />}
          <PasskeyForm
            act="get"
            question="/admin/confirm/passkey"
            button="Use a passkey"
            isFirst={!ways.password}
            {...(ways.password ? {} : { cancel: '/admin' })}
          >
            {csrfField}
          </PasskeyForm>
        </>
      ) : null}
      <PageScript src={script} />
    </>
  )
}

/**
 * For an admin who has only passkeys: the error, or the reason why the passkey's button is missing.
 */
function PasskeyTrouble<Fields extends Record<string, unknown>>({
  form,
}: {
  form: FormMetadata<Fields>
}) {
  return (
    <>
      {form.errors === undefined ? null : (
        <div className="notice" data-tone="bad" role="alert">
          {form.errors.map((error) => (
            <p key={error}>{error}</p>
          ))}
        </div>
      )}
      <WithoutPasskeys>
        You sign in with a passkey only. That needs JavaScript, and a browser that knows passkeys.
      </WithoutPasskeys>
    </>
  )
}
