import type { IssuerOverview } from '#app/services/issuers/issuer-overview.ts'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import { Badge, Empty, TimeText } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { sayNumber } from '../parts/say.ts'
import { DataTable, Pager } from '../parts/table.tsx'
import { useMayAct } from '../parts/may-act.ts'

interface IssuersPageProps {
  issuers: IssuerOverview[]
  next: string | null
  isFirst: boolean
}

/** The issuers of this portal. */
export function IssuersPage({ issuers, next, isFirst }: IssuersPageProps) {
  const mayAct = useMayAct()
  const create = (
    <a className="button" href="/admin/issuers/new">
      Create an issuer
    </a>
  )
  return (
    <>
      <PageHead
        title="Issuers"
        lead="An issuer signs receipts: a company or a service, under the name that readers see on them."
        actions={mayAct && issuers.length > 0 ? create : undefined}
      />
      <DataTable
        caption="Issuers"
        rows={issuers}
        rowKey={({ slug }) => slug}
        empty={
          <Empty
            title="No issuer yet"
            says="Begin here: create an issuer, publish its signing key, then make an API key for the service that posts its receipts."
            {...(mayAct ? { action: create } : {})}
          />
        }
        columns={[
          {
            head: 'Name',
            cell: ({ slug, name }) => (
              <>
                <a href={`/admin/issuers/${slug}`}>
                  <VisibleText text={name} />
                </a>
                <code className="beneath">{slug}</code>
              </>
            ),
          },
          {
            head: 'Signing keys',
            isNumber: true,
            cell: ({ activeSigningKeys }) =>
              activeSigningKeys === 0 ? (
                <Badge tone="warn">none to sign with</Badge>
              ) : (
                sayNumber(activeSigningKeys)
              ),
          },
          {
            head: 'API keys',
            isNumber: true,
            cell: ({ usableApiKeys }) => sayNumber(usableApiKeys),
          },
          {
            head: 'Receipts this month',
            isNumber: true,
            cell: ({ usedThisMonth }) => sayNumber(usedThisMonth),
          },
          { head: 'Created', cell: ({ createdAt }) => <TimeText at={createdAt} /> },
        ]}
      />
      <Pager
        next={next === null ? null : `/admin/issuers?after=${next}`}
        first={isFirst ? null : '/admin/issuers'}
      />
    </>
  )
}
