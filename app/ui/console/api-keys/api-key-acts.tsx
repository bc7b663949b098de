import type { FieldMetadata, FormMetadata } from '@conform-to/react'
import type { ApiKeyOverview } from '#app/services/api-keys/api-key-overview.ts'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import { ApiKeyStateBadge, ModeBadge } from './api-key-table.tsx'
import { ConsoleForm, FormPanel, Submit, TextField } from '../parts/form.tsx'
import { CsrfField, OnceFields } from '../parts/console-frame.tsx'
import { TimeText } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'

const crumbsOf = ({ id, name }: ApiKeyOverview) => [
  { href: '/admin/api-keys', text: 'API keys' },
  { href: `/admin/api-keys/${id}`, text: <VisibleText text={name} /> },
]

function Which({
  apiKey: { id, name, issuer, mode, state, lastUsedAt },
}: {
  apiKey: ApiKeyOverview
}) {
  return (
    <p className="key-which">
      <strong>
        <VisibleText text={name} />
      </strong>{' '}
      of <VisibleText text={issuer} /> <code className="quiet">{id}</code>{' '}
      <ApiKeyStateBadge state={state} /> <ModeBadge mode={mode} />
      <br />
      {lastUsedAt === null ? (
        'It was never used.'
      ) : (
        <>
          Last used <TimeText at={lastUsedAt} />.
        </>
      )}
    </p>
  )
}

interface RotateProps {
  apiKey: ApiKeyOverview
  /** The mark of the present secret. */
  seen: string
  form: FormMetadata<Record<string, unknown>>
  overlapHours: FieldMetadata<unknown, Record<string, unknown>>
}

export function RotateApiKeyPage({ apiKey, seen, form, overlapHours }: RotateProps) {
  return (
    <>
      <PageHead title="Rotate this API key" crumbs={crumbsOf(apiKey)} />
      <FormPanel>
        <Which apiKey={apiKey} />
        <h2>What will happen</h2>
        <ul className="says-list">
          <li>A new secret is made and shown once, on the next page.</li>
          <li>
            The present secret works beside it until the overlap ends, so that the service can be
            switched over without an outage.
          </li>
          <li>Id, name, scopes, cap and the used part of the cap stay as they are.</li>
          {apiKey.previousExpiresAt === null ? null : (
            <li>
              The secret that the last rotation replaced, which would work until{' '}
              <TimeText at={apiKey.previousExpiresAt} />, stops working at once.
            </li>
          )}
        </ul>
        <ConsoleForm form={form}>
          <OnceFields seen={seen} />
          <TextField
            meta={overlapHours}
            label="Overlap in hours"
            type="number"
            size="short"
            help="0 ends the old secret at once: choose it if somebody else may have it. At most 720, which are thirty days."
          />
          <Submit cancel={`/admin/api-keys/${apiKey.id}`}>Make a new secret and show it</Submit>
        </ConsoleForm>
      </FormPanel>
    </>
  )
}

export function RevokeApiKeyPage({ apiKey }: { apiKey: ApiKeyOverview }) {
  return (
    <>
      <PageHead title="Revoke this API key" crumbs={crumbsOf(apiKey)} />
      <FormPanel>
        <Which apiKey={apiKey} />
        <h2>What will happen</h2>
        <ul className="says-list">
          <li>
            The very next request with it is refused with 401
            {apiKey.previousExpiresAt === null ? '' : ', by its old secret too'}.
          </li>
          <li>The receipts that it posted stay as they are.</li>
          <li>
            This can’t be taken back. To replace a secret without an outage,{' '}
            <a href={`/admin/api-keys/${apiKey.id}/rotate`}>rotate it</a> instead; to pause it, set
            its cap to 0.
          </li>
        </ul>
        <form method="post" className="console-form">
          <CsrfField />
          <Submit danger cancel={`/admin/api-keys/${apiKey.id}`}>
            Revoke the API key
          </Submit>
        </form>
      </FormPanel>
    </>
  )
}
