import type { FieldMetadata, FormMetadata } from '@conform-to/react'
import type { AdminRole } from '#app/services/door/session.ts'
import { PageScript } from '../parts/copyable.tsx'
import { Or } from './door-frame.tsx'
import { ConsoleForm, Submit, TextField } from '../parts/form.tsx'
import { Warning } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { PasskeyForm } from './passkey-form.tsx'

type Field = FieldMetadata<unknown, Record<string, unknown>>

interface JoinPageProps<Fields extends Record<string, unknown>> {
  form: FormMetadata<Fields>
  fields: { name: Field; password: Field }
  link: { kind: 'setup' | 'invite' | 'recover'; role: AdminRole; name: string | null }
  /** The address of the passkey's options; it contains the link's secret. */
  question: string
  script: string | null
}

const BUTTONS = {
  setup: 'Set up with this password',
  invite: 'Join with this password',
  recover: 'Set this password',
}

const MAY: Record<AdminRole, string> = {
  owner: 'An owner may do everything, and also manages people.',
  admin: 'An admin may do everything but manage people.',
  viewer: 'A viewer sees every page but People, never a secret, and changes nothing.',
}

/** The page behind a link: a new admin joins, or an admin who is locked out gets back in. */
export function JoinPage<Fields extends Record<string, unknown>>({
  form,
  fields,
  link,
  question,
  script,
}: JoinPageProps<Fields>) {
  const isBack = link.kind === 'recover'
  return (
    <>
      <PageHead
        title={
          isBack
            ? `A new way in for ${link.name ?? ''}`
            : link.kind === 'setup'
              ? 'Set up the console'
              : 'Join the console'
        }
        lead={
          isBack
            ? 'Choose a new password, or make a passkey.'
            : `Choose the name you are known by here, and a password or a passkey. ${
                link.kind === 'setup' ? 'You will be the first owner.' : MAY[link.role]
              }`
        }
      />
      {isBack ? (
        <Warning>
          Your old password, passkeys, authenticator app and recovery codes stop working, and you
          are signed out everywhere.
        </Warning>
      ) : null}
      <ConsoleForm form={form}>
        {isBack ? (
          <input type="text" hidden readOnly autoComplete="username" value={link.name ?? ''} />
        ) : (
          <TextField
            meta={fields.name}
            label="Your name"
            help="You sign in with it, and the audit shows it beside your changes."
            autoComplete="username"
          />
        )}
        <TextField
          meta={fields.password}
          label="Password"
          type="password"
          help="Ten characters or more. A few words in a row are easy to keep in mind."
          autoComplete="new-password"
        />
        <Submit>{BUTTONS[link.kind]}</Submit>
      </ConsoleForm>
      <Or />
      <PasskeyForm
        act="create"
        question={question}
        button="Make a passkey instead"
        {...(isBack ? {} : { nameFrom: fields.name.id })}
      />
      <PageScript src={script} />
    </>
  )
}

const REFUSED = {
  unknown: {
    title: 'This link leads nowhere',
    says: 'It may be cut off, withdrawn, or replaced by a newer one. Ask for another.',
  },
  used: {
    title: 'This link was used already',
    says: 'Each one works once. If it was you, sign in; if it was not, tell an owner at once.',
  },
  expired: {
    title: 'This link has expired',
    says: 'Ask for another. The portal prints a new link to set the console up at every start, until one was used.',
  },
}

export function LinkRefusedPage({ refusal }: { refusal: keyof typeof REFUSED }) {
  const { title, says } = REFUSED[refusal]
  return (
    <>
      <PageHead title={title} lead={says} />
      <p className="actions">
        <a className="button" href="/admin/sign-in">
          To the sign-in page
        </a>
      </p>
    </>
  )
}
