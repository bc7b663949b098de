import type { ReceiptRecord } from '#app/services/receipts/search-receipts.ts'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import { DayFields, FilterField, FilterForm, FilterSelect } from '../parts/filter-form.tsx'
import { FirstReceipt } from '../overview/first-receipt.tsx'
import { Badge, Empty, TimeText } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { DataTable, Pager, type Column } from '../parts/table.tsx'

interface ReceiptListProps {
  receipts: ReceiptRecord[]
  asked: Record<string, string>
  wrong: ('from' | 'to')[]
  /** Whether the portal has any receipt. */
  hasReceipt: boolean
  publicUrl: string
  next: string | null
  first: string | null
}

const FILTERS = ['q', 'issuer', 'kid', 'mode', 'from', 'to']

export function ReceiptList(props: ReceiptListProps) {
  const { receipts, asked, wrong, hasReceipt, publicUrl, next, first } = props
  const isFiltered = FILTERS.some((name) => (asked[name] ?? '') !== '')
  const head = (
    <PageHead
      title="Receipts"
      lead="The receipts that your services signed and posted, newest first. A receipt stays as it was signed. You can revoke it, and erase content that is kept here."
    />
  )
  if (!hasReceipt)
    return (
      <>
        {head}
        <FirstReceipt publicUrl={publicUrl} />
      </>
    )
  return (
    <>
      {head}
      <FilterForm label="Search receipts" clear={isFiltered ? '/admin/receipts' : null}>
        <FilterField
          name="q"
          label="Receipt id, verify link, job or digest"
          value={asked.q}
          isWide
          help="A digest in hex or base64url: of the receipt, or of its content if it was posted as findable. Content of other receipts can’t be searched."
        />
        <FilterField name="issuer" label="Issuer" value={asked.issuer} help="Its slug" />
        <FilterField name="kid" label="Signing key" value={asked.kid} help="Its id (kid)" />
        <FilterSelect
          name="mode"
          label="Mode"
          value={asked.mode}
          options={[
            { value: '', text: 'Live and test' },
            { value: 'live', text: 'Live' },
            { value: 'test', text: 'Test' },
          ]}
        />
        <DayFields asked={asked} wrong={wrong} label="Received from (UTC)" />
      </FilterForm>
      <DataTable
        caption="Receipts, newest first"
        columns={COLUMNS}
        rows={receipts}
        rowKey={(receipt) => receipt.receiptId}
        empty={
          <Empty
            title="No receipt fits"
            says="A job is compared letter by letter, and an id or digest has to be whole. Take a filter away, or choose other days."
            action={<a href="/admin/receipts">Show every receipt</a>}
          />
        }
      />
      <Pager next={next} first={first} />
    </>
  )
}

const COLUMNS: Column<ReceiptRecord>[] = [
  {
    head: 'Receipt',
    cell: ({ receiptId }) => (
      <a href={`/admin/receipts/${receiptId}`}>
        <code className="receipt-id" title={receiptId}>
          {receiptId.slice(0, 16)}…
        </code>
      </a>
    ),
  },
  { head: 'Received', cell: ({ receivedAt }) => <TimeText at={receivedAt} /> },
  {
    head: 'Issuer',
    cell: ({ issuer, issuerName }) => (
      <a href={`/admin/issuers/${encodeURIComponent(issuer)}`}>
        <VisibleText text={issuerName ?? issuer} />
      </a>
    ),
  },
  { head: 'Job', cell: ({ jti }) => (jti === null ? '–' : <VisibleText text={shorten(jti)} />) },
  {
    head: 'API key',
    cell: ({ apiKey, apiKeyName }) => (
      <a href={`/admin/api-keys/${encodeURIComponent(apiKey)}`}>
        <VisibleText text={apiKeyName ?? apiKey} />
      </a>
    ),
  },
  { head: 'State', cell: (receipt) => <ReceiptBadges receipt={receipt} /> },
]

const JOB_CHARACTERS_SHOWN = 40
function shorten(text: string): string {
  const characters = Array.from(text)
  return characters.length <= JOB_CHARACTERS_SHOWN
    ? text
    : `${characters.slice(0, JOB_CHARACTERS_SHOWN).join('')}…`
}

/** The badges say what the row holds; the receipt's own page computes its verdict. */
export function ReceiptBadges({ receipt }: { receipt: ReceiptRecord }) {
  const { mode, visibility, revokedAt, erasedAt, keyCutIt } = receipt
  return (
    <span className="badges">
      {mode === 'test' ? <Badge tone="info">test</Badge> : null}
      {revokedAt === null ? null : <Badge tone="bad">revoked</Badge>}
      {revokedAt === null && keyCutIt ? <Badge tone="bad">revoked with its key</Badge> : null}
      {erasedAt === null ? null : <Badge tone="warn">content erased</Badge>}
      <Badge>{visibility}</Badge>
    </span>
  )
}
