import type { FieldMetadata, FormMetadata } from '@conform-to/react'
import { PageScript } from '../parts/copyable.tsx'
import { Or } from './door-frame.tsx'
import { ConsoleForm, Submit, TextField } from '../parts/form.tsx'
import { Done } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { PasskeyForm } from './passkey-form.tsx'

// A field of any type, because a browser shows every value as text.
type Field = FieldMetadata<unknown, Record<string, unknown>>

interface SignInPageProps<Fields extends Record<string, unknown>> {
  form: FormMetadata<Fields>
  fields: { name: Field; password: Field }
  isDone: boolean
  script: string | null
}

export function SignInPage<Fields extends Record<string, unknown>>({
  form,
  fields,
  isDone,
  script,
}: SignInPageProps<Fields>) {
  return (
    <>
      <PageHead title="Sign in" lead="To the console of this portal." />
      {isDone && form.status === undefined ? <Done>You are signed out.</Done> : null}
      <ConsoleForm form={form}>
        <TextField meta={fields.name} label="Name" autoComplete="username" />
        <TextField
          meta={fields.password}
          label="Password"
          type="password"
          autoComplete="current-password"
        />
        <Submit>Sign in</Submit>
      </ConsoleForm>
      <Or />
      <PasskeyForm act="get" question="/admin/sign-in/passkey" button="Sign in with a passkey" />
      <details className="door-help">
        <summary>You can’t get in?</summary>
        <p>
          An owner can invite you again under People. An owner who is locked out asks the operator
          of the server to run <code>npm run recover -- &quot;their name&quot;</code>.
        </p>
      </details>
      <PageScript src={script} />
    </>
  )
}

interface CodePageProps<Fields extends Record<string, unknown>> {
  form: FormMetadata<Fields>
  code: Field
}

/** Shown while the portal has no admin. */
export function NotSetUpPage() {
  return (
    <>
      <PageHead title="Not set up yet" lead="This console has no owner so far." />
      <p>
        The portal printed a link for its first owner when it started: look for{' '}
        <code>/admin/join/</code> in its terminal, or wherever its output is kept. The link is valid
        for an hour and works once; the next start prints a new one.
      </p>
    </>
  )
}

/** The second step, after the right password. */
export function SignInCodePage<Fields extends Record<string, unknown>>({
  form,
  code,
}: CodePageProps<Fields>) {
  return (
    <>
      <PageHead title="Second step" lead="Your password was right. Now the code, please." />
      <ConsoleForm form={form}>
        <TextField
          meta={code}
          label="Code"
          help="The six digits in your authenticator app, or one of your recovery codes."
          autoComplete="one-time-code"
        />
        <Submit cancel="/admin/sign-in">Sign in</Submit>
      </ConsoleForm>
    </>
  )
}
