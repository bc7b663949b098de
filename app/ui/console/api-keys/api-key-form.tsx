import type { FieldMetadata, FormMetadata } from '@conform-to/react'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import {
  BoxesField,
  ConsoleForm,
  FormPanel,
  SelectField,
  Submit,
  TextField,
} from '../parts/form.tsx'
import { OnceFields } from '../parts/console-frame.tsx'
import { Empty, Warning } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { sayNumber, spellOut } from '../parts/say.ts'
import { SCOPE_WORDS } from './scope-words.ts'

type Meta = FieldMetadata<unknown, Record<string, unknown>>
type Form = FormMetadata<Record<string, unknown>>

const NAME_HELP = 'For admins only: which service has it, for example “Chat, production”.'
const CAP_HELP =
  'The most receipts it may add in a calendar month, UTC. Empty: no cap. At the cap, posts are refused with 402.'
const RATE_HELP = 'Requests a second before they are refused with 429. Empty: no limit.'

interface NewApiKeyProps {
  /** Null where the issuers are too many to list: the admin then types the slug. */
  issuers: { slug: string; name: string }[] | null
  cancel: string
  form: Form
  fields: Record<
    'issuer' | 'name' | 'mode' | 'scopes' | 'cap' | 'ratePerSecond' | 'expiresOn',
    Meta
  >
}

export function NewApiKeyPage({ issuers, cancel, form, fields }: NewApiKeyProps) {
  return (
    <>
      <PageHead
        title="Create an API key"
        lead="Its secret is shown once, on the next page, with a curl line that posts a receipt."
        crumbs={[{ href: '/admin/api-keys', text: 'API keys' }]}
      />
      {issuers?.length === 0 ? (
        <NoIssuer />
      ) : (
        <FormPanel>
          <ConsoleForm form={form}>
            <OnceFields />
            {issuers === null ? (
              <TextField meta={fields.issuer} label="Issuer" help="Its slug." />
            ) : (
              <SelectField
                meta={fields.issuer}
                label="Issuer"
                help="The API key posts this issuer’s receipts. It can’t be changed later."
                options={issuers.map(({ slug, name }) => ({
                  value: slug,
                  text: `${spellOut(name)} (${slug})`,
                }))}
              />
            )}
            <TextField meta={fields.name} label="Name" help={NAME_HELP} />
            <SelectField
              meta={fields.mode}
              label="Mode"
              help="Receipts by a test key are marked as tests on every page. It can’t be changed later."
              options={[
                { value: 'live', text: 'Live' },
                { value: 'test', text: 'Test' },
              ]}
            />
            <BoxesField
              meta={fields.scopes}
              label="It may"
              help="The gateway and the relay come with a later version of the portal. It can’t be changed later."
              options={Object.entries(SCOPE_WORDS).map(([value, text]) => ({ value, text }))}
            />
            <TextField meta={fields.cap} label="Cap" type="number" size="short" help={CAP_HELP} />
            <TextField
              meta={fields.ratePerSecond}
              label="Rate"
              type="number"
              size="short"
              help={RATE_HELP}
            />
            <TextField
              meta={fields.expiresOn}
              label="Expires on"
              type="date"
              size="short"
              help="It works until that day is over, UTC. Empty: it doesn’t expire."
            />
            <Submit cancel={cancel}>Create it and show its secret</Submit>
          </ConsoleForm>
        </FormPanel>
      )}
    </>
  )
}

const NoIssuer = () => (
  <Empty
    title="No issuer yet"
    says="An API key belongs to an issuer, so create that first."
    action={
      <a className="button" href="/admin/issuers/new">
        Create an issuer
      </a>
    }
  />
)

interface EditApiKeyProps {
  apiKey: { id: string; name: string; used: number; cap: number | null }
  form: Form
  fields: Record<'name' | 'cap' | 'ratePerSecond', Meta>
}

export function EditApiKeyPage({ apiKey, form, fields }: EditApiKeyProps) {
  const back = `/admin/api-keys/${apiKey.id}`
  return (
    <>
      <PageHead
        title="Change cap, rate or name"
        crumbs={[
          { href: '/admin/api-keys', text: 'API keys' },
          { href: back, text: <VisibleText text={apiKey.name} /> },
        ]}
      />
      <FormPanel>
        <Warning tone="info">
          This month it has added {sayNumber(apiKey.used)} of{' '}
          {apiKey.cap === null ? 'any number' : sayNumber(apiKey.cap)}. A changed cap or rate acts
          on the very next request; a cap below what is used refuses every new receipt until the
          month is over.
        </Warning>
        <ConsoleForm form={form}>
          <TextField meta={fields.cap} label="Cap" type="number" size="short" help={CAP_HELP} />
          <TextField
            meta={fields.ratePerSecond}
            label="Rate"
            type="number"
            size="short"
            help={RATE_HELP}
          />
          <TextField meta={fields.name} label="Name" help={NAME_HELP} />
          <Submit cancel={back}>Save</Submit>
        </ConsoleForm>
      </FormPanel>
    </>
  )
}
