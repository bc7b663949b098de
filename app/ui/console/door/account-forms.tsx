import type { FieldMetadata, FormMetadata } from '@conform-to/react'
import type { PasskeyView } from '#app/services/door/change-passkeys.ts'
import { CsrfField } from '../parts/console-frame.tsx'
import { PageScript } from '../parts/copyable.tsx'
import { ConsoleForm, FormPanel, Submit, TextField } from '../parts/form.tsx'
import { TimeText, Warning } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { PasskeyForm, WithoutPasskeys } from './passkey-form.tsx'

const ACCOUNT = { href: '/admin/account', text: 'Your account' }
type Field = FieldMetadata<unknown, Record<string, unknown>>

interface PasswordPageProps<Fields extends Record<string, unknown>> {
  form: FormMetadata<Fields>
  fields: { current: Field; password: Field }
  /** Whether the admin has a password, which the form then asks for. */
  hasPassword: boolean
  name: string
}

export function PasswordPage<Fields extends Record<string, unknown>>({
  form,
  fields,
  hasPassword,
  name,
}: PasswordPageProps<Fields>) {
  return (
    <>
      <PageHead
        title={hasPassword ? 'Choose a new password' : 'Choose a password'}
        lead="You are signed out everywhere but here."
        crumbs={[ACCOUNT]}
      />
      <FormPanel>
        <ConsoleForm form={form}>
          <input type="text" hidden readOnly autoComplete="username" value={name} />
          {hasPassword ? (
            <TextField
              meta={fields.current}
              label="Current password"
              type="password"
              autoComplete="current-password"
            />
          ) : null}
          <TextField
            meta={fields.password}
            label="New password"
            type="password"
            help="Ten characters or more. A few words in a row are easy to keep in mind."
            autoComplete="new-password"
          />
          <Submit cancel="/admin/account">
            {hasPassword ? 'Change the password' : 'Set the password'}
          </Submit>
        </ConsoleForm>
      </FormPanel>
    </>
  )
}

interface NewPasskeyPageProps {
  error: string | null
  /** The name that was refused, as it was typed. */
  typed: string
  nameCharactersMax: number
  script: string | null
}

export function NewPasskeyPage({ error, typed, nameCharactersMax, script }: NewPasskeyPageProps) {
  return (
    <>
      <PageHead
        title="Add a passkey"
        lead="On this device, on your phone, or on a security key: your browser asks which."
        crumbs={[ACCOUNT]}
      />
      <FormPanel>
        {error === null ? null : (
          <div className="notice" data-tone="bad" role="alert">
            <p>{error}</p>
          </div>
        )}
        <WithoutPasskeys>
          This needs JavaScript, and a browser that knows passkeys. A second factor with an app
          works without them: set it up on the page of your account.
        </WithoutPasskeys>
        <PasskeyForm
          act="create"
          question="/admin/account/passkey"
          button="Make the passkey"
          isFirst
          cancel="/admin/account"
        >
          <CsrfField />
          <div className="field">
            <label htmlFor="passkey-name">Name</label>
            <input
              id="passkey-name"
              name="name"
              required
              maxLength={nameCharactersMax}
              defaultValue={typed}
              autoComplete="off"
              aria-describedby="passkey-name-help"
            />
            <p className="help" id="passkey-name-help">
              So that you know it again: “Work laptop”, “Blue security key”.
            </p>
          </div>
        </PasskeyForm>
      </FormPanel>
      <PageScript src={script} />
    </>
  )
}

interface RenamePasskeyPageProps<Fields extends Record<string, unknown>> {
  form: FormMetadata<Fields>
  name: Field
}

export function RenamePasskeyPage<Fields extends Record<string, unknown>>({
  form,
  name,
}: RenamePasskeyPageProps<Fields>) {
  return (
    <>
      <PageHead title="Rename a passkey" crumbs={[ACCOUNT]} />
      <FormPanel>
        <ConsoleForm form={form}>
          <TextField meta={name} label="Name" />
          <Submit cancel="/admin/account">Rename it</Submit>
        </ConsoleForm>
      </FormPanel>
    </>
  )
}

/** Says what removing a passkey does, before it is removed. */
export function RemovePasskeyPage({
  passkey,
  isLast,
}: {
  passkey: PasskeyView
  /** Whether the passkey is the admin's only way in, which must stay. */
  isLast: boolean
}) {
  return (
    <>
      <PageHead title="Remove this passkey" crumbs={[ACCOUNT]} />
      <FormPanel>
        {isLast ? (
          <>
            <Warning>
              <p>
                This is your only way in, so it stays. Add another passkey or set a password, then
                you can remove it.
              </p>
            </Warning>
            <p className="actions">
              <a className="button secondary" href="/admin/account">
                Back to your account
              </a>
            </p>
          </>
        ) : (
          <>
            <Warning tone="bad">
              <p>The passkey no longer signs anybody in. Your open sessions stay.</p>
            </Warning>
            <form method="post" className="console-form">
              <CsrfField />
              <dl className="facts">
                <div>
                  <dt>Passkey</dt>
                  <dd>
                    <bdi>{passkey.name}</bdi>
                  </dd>
                </div>
                <div>
                  <dt>Last used</dt>
                  <dd>
                    <TimeText at={passkey.lastUsedAt} none="never" />
                  </dd>
                </div>
              </dl>
              <Submit danger cancel="/admin/account">
                Remove the passkey
              </Submit>
            </form>
          </>
        )}
      </FormPanel>
    </>
  )
}
