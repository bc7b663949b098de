import type { FieldMetadata, FormMetadata } from '@conform-to/react'
import type { AdminView } from '#app/services/door/admin-view.ts'
import type { Invited } from '#app/services/people/invite-admin.ts'
import { CsrfField, OnceFields } from '../parts/console-frame.tsx'
import { Copyable, PageScript } from '../parts/copyable.tsx'
import { ConsoleForm, FormPanel, SelectField, Submit } from '../parts/form.tsx'
import { Done, TimeText, Warning } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'

const PEOPLE = { href: '/admin/people', text: 'People' }
const ROLES = [
  { value: 'viewer', text: 'Viewer: sees no secrets, changes nothing' },
  { value: 'admin', text: 'Admin: changes everything but people' },
  { value: 'owner', text: 'Owner: changes everything, and manages people' },
]

interface RoleFormProps<Fields extends Record<string, unknown>> {
  form: FormMetadata<Fields>
  role: FieldMetadata<unknown, Record<string, unknown>>
}

export function InvitePage<Fields extends Record<string, unknown>>({
  form,
  role,
}: RoleFormProps<Fields>) {
  return (
    <>
      <PageHead
        title="Invite somebody"
        lead="You get a link to hand to them, by a way that only they can read. It works once, for a week; they choose their own name and how they sign in."
        crumbs={[PEOPLE]}
      />
      <FormPanel>
        <ConsoleForm form={form}>
          <OnceFields />
          <SelectField meta={role} label="Role" options={ROLES} />
          <Submit cancel="/admin/people">Make the link and show it</Submit>
        </ConsoleForm>
      </FormPanel>
    </>
  )
}

interface InvitedPageProps {
  link: Invited
  script: string | null
}

/** The only page that ever shows the link. */
export function InvitedPage({ link, script }: InvitedPageProps) {
  return (
    <>
      <PageHead title="The link, this once" crumbs={[PEOPLE]} />
      <Done>
        Copy it now: when you leave or reload this page it can’t be shown again, only withdrawn.
        Whoever has it becomes {link.role === 'viewer' ? 'a viewer' : `an ${link.role}`} here, until{' '}
        <TimeText at={link.expiresAt} />.
      </Done>
      <section className="panel" aria-labelledby="link">
        <h2 id="link">Invitation</h2>
        <Copyable id="invitation" text={link.url} what="the link" wraps />
      </section>
      <p className="actions">
        <a className="button" href="/admin/people">
          I have copied it
        </a>
      </p>
      <PageScript src={script} />
    </>
  )
}

interface PersonPageProps<Fields extends Record<string, unknown>> extends RoleFormProps<Fields> {
  person: AdminView
  isSelf: boolean
}

export function PersonPage<Fields extends Record<string, unknown>>({
  person,
  isSelf,
  form,
  role,
}: PersonPageProps<Fields>) {
  return (
    <>
      <PageHead
        title={
          <>
            Role of <bdi>{person.name}</bdi>
          </>
        }
        lead="It holds from their next click on. They stay signed in."
        crumbs={[PEOPLE]}
      />
      {isSelf ? (
        <Warning>This is you. Without being an owner you can’t come back to this page.</Warning>
      ) : null}
      <FormPanel>
        <ConsoleForm form={form}>
          <SelectField meta={role} label="Role" options={ROLES} />
          <Submit cancel="/admin/people">Change the role</Submit>
        </ConsoleForm>
      </FormPanel>
    </>
  )
}

interface RemovePersonPageProps {
  person: AdminView
  isSelf: boolean
  error: string | null
}

/** Says what removing an admin does, before they are removed. */
export function RemovePersonPage({ person, isSelf, error }: RemovePersonPageProps) {
  return (
    <>
      <PageHead
        title={
          <>
            Remove <bdi>{person.name}</bdi>
          </>
        }
        crumbs={[PEOPLE]}
      />
      <FormPanel>
        {error === null ? null : (
          <div className="notice" data-tone="bad" role="alert">
            <p>{error}</p>
          </div>
        )}
        <Warning tone="bad">
          <p>
            {isSelf
              ? 'You are signed out everywhere at once, and can’t come in again unless somebody invites you.'
              : 'They are signed out everywhere at once, and can’t come in again unless somebody invites them.'}{' '}
            Password, passkeys and codes are deleted. What they did stays in the audit under their
            name, and the keys they made go on working.
          </p>
        </Warning>
        <form method="post" className="console-form">
          <CsrfField />
          <Submit danger cancel="/admin/people">
            {isSelf ? 'Remove myself' : 'Remove them'}
          </Submit>
        </form>
      </FormPanel>
    </>
  )
}
