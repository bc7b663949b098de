import type { ApiKeyOverview } from '#app/services/api-keys/api-key-overview.ts'
import { ApiKeyTable } from './api-key-table.tsx'
import { FilterField, FilterForm } from '../parts/filter-form.tsx'
import { useMayAct } from '../parts/may-act.ts'
import { Empty } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { Pager } from '../parts/table.tsx'

interface ApiKeysPageProps {
  keys: ApiKeyOverview[]
  /** The issuer's slug in the filter; empty means all issuers. */
  issuer: string
  /** Whether the portal has an issuer: an API key belongs to one. */
  hasIssuer: boolean
  next: string | null
  first: string | null
}

/** The API keys, newest first. */
export function ApiKeysPage({ keys, issuer, hasIssuer, next, first }: ApiKeysPageProps) {
  const mayAct = useMayAct()
  const create = (
    <a
      className="button"
      href={
        issuer === ''
          ? '/admin/api-keys/new'
          : `/admin/api-keys/new?issuer=${encodeURIComponent(issuer)}`
      }
    >
      Create an API key
    </a>
  )
  const isEmpty = keys.length === 0 && issuer === '' && first === null
  return (
    <>
      <PageHead
        title="API keys"
        lead="With an API key a service posts its receipts. Each has a cap of its own: the most receipts it may add in a calendar month, UTC."
        actions={mayAct && !isEmpty ? create : undefined}
      />
      {isEmpty ? null : (
        <FilterForm label="Filter API keys" clear={issuer === '' ? null : '/admin/api-keys'}>
          <FilterField name="issuer" label="Issuer" value={issuer} help="Its slug" />
        </FilterForm>
      )}
      <ApiKeyTable
        keys={keys}
        withIssuer
        empty={
          isEmpty ? (
            <Empty
              title="No API key yet"
              says={
                hasIssuer
                  ? 'Create one for the service that posts receipts. Its secret is shown once.'
                  : 'An API key belongs to an issuer, so create that first.'
              }
              {...(!mayAct
                ? {}
                : hasIssuer
                  ? { action: create }
                  : {
                      action: (
                        <a className="button" href="/admin/issuers/new">
                          Create an issuer
                        </a>
                      ),
                    })}
            />
          ) : (
            <Empty
              title="No API key of this issuer"
              says="A slug is compared letter by letter."
              action={<a href="/admin/api-keys">Show every API key</a>}
            />
          )
        }
      />
      <Pager next={next} first={first} />
    </>
  )
}
