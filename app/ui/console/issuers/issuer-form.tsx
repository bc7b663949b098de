import type { FieldMetadata, FormMetadata } from '@conform-to/react'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import { OnceFields } from '../parts/console-frame.tsx'
import { ConsoleForm, FormPanel, Submit, TextField } from '../parts/form.tsx'
import { Warning } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { sayReceipts } from '../parts/say.ts'

type Meta = FieldMetadata<unknown, Record<string, unknown>>
type Form = FormMetadata<Record<string, unknown>>

const NAME_HELP =
  'Readers see it on each receipt, for example “Acme”. It can’t look like another issuer’s.'
const URL_HELP = 'Shown beside the name, as the issuer’s own word.'

export function NewIssuerPage({
  form,
  fields,
}: {
  form: Form
  fields: { name: Meta; slug: Meta; url: Meta }
}) {
  return (
    <>
      <PageHead
        title="Create an issuer"
        lead="Next come its signing key and an API key."
        crumbs={[{ href: '/admin/issuers', text: 'Issuers' }]}
      />
      <FormPanel>
        <ConsoleForm form={form}>
          <OnceFields />
          <TextField meta={fields.name} label="Name" help={NAME_HELP} />
          <TextField
            meta={fields.slug}
            label="Slug"
            help="Its name in addresses and in each receipt’s iss, for example acme. It can’t be changed later."
          />
          <TextField meta={fields.url} label="Website" type="url" help={URL_HELP} />
          <Submit cancel="/admin/issuers">Create the issuer</Submit>
        </ConsoleForm>
      </FormPanel>
    </>
  )
}

export function EditIssuerPage({
  issuer,
  receipts,
  form,
  fields,
}: {
  issuer: { slug: string; name: string }
  receipts: { count: number; isMore: boolean }
  form: Form
  fields: { name: Meta; url: Meta }
}) {
  const back = `/admin/issuers/${issuer.slug}`
  return (
    <>
      <PageHead
        title="Change name and website"
        crumbs={[
          { href: '/admin/issuers', text: 'Issuers' },
          { href: back, text: <VisibleText text={issuer.name} /> },
        ]}
      />
      <FormPanel>
        <Warning tone="info">
          The new name is shown at once on every page of this issuer
          {receipts.count === 0 ? '' : `, also on those of ${sayReceipts(receipts)} it has already`}
          . The receipts themselves hold its slug, <code>{issuer.slug}</code>, and stay what they
          are.
        </Warning>
        <ConsoleForm form={form}>
          <TextField meta={fields.name} label="Name" help={NAME_HELP} />
          <TextField meta={fields.url} label="Website" type="url" help={URL_HELP} />
          <Submit cancel={back}>Save</Submit>
        </ConsoleForm>
      </FormPanel>
    </>
  )
}
