import type { FieldMetadata, FormMetadata } from '@conform-to/react'
import type { ReactNode } from 'react'
import type { ReceiptRecord } from '#app/services/receipts/search-receipts.ts'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import { ConsoleForm, FormPanel, Submit, TextArea } from '../parts/form.tsx'
import { TimeText, Warning } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { ReceiptBadges } from './receipt-list.tsx'

interface ActProps {
  receipt: ReceiptRecord & { contentBytes: number | null }
  form: FormMetadata<Record<string, unknown>>
}

const crumbsOf = (receiptId: string) => [
  { href: '/admin/receipts', text: 'Receipts' },
  { href: `/admin/receipts/${receiptId}`, text: `${receiptId.slice(0, 16)}…` },
]

/** Names the receipt's facts, so that an admin does not act on the wrong one. */
function Which({ receipt }: Pick<ActProps, 'receipt'>) {
  return (
    <p className="receipt-which">
      Received <TimeText at={receipt.receivedAt} /> from{' '}
      <strong>
        <VisibleText text={receipt.issuerName ?? receipt.issuer} />
      </strong>
      {receipt.jti === null ? null : (
        <>
          {' '}
          for job <VisibleText text={receipt.jti} />
        </>
      )}
      . <ReceiptBadges receipt={receipt} />
    </p>
  )
}

interface RevokeProps extends ActProps {
  reason: FieldMetadata<unknown, Record<string, unknown>>
}

export function ReceiptRevoke({ receipt, form, reason }: RevokeProps) {
  const { receiptId, revokedAt } = receipt
  const back = `/admin/receipts/${receiptId}`
  return (
    <>
      <PageHead title="Revoke this receipt" crumbs={crumbsOf(receiptId)} />
      <FormPanel>
        <Which receipt={receipt} />
        {revokedAt === null ? (
          <>
            <h2>What will happen</h2>
            <ul className="says-list">
              <li>
                Within seconds its public page says “Revoked by its issuer”, with your reason.
              </li>
              <li>The receipt itself stays, with its signature and its content.</li>
              <li>It still counts against the API key’s cap, and the job keeps its receipt.</li>
              <li>This can’t be taken back, and the reason can’t be changed later.</li>
            </ul>
            <ConsoleForm form={form}>
              <TextArea
                meta={reason}
                label="Reason"
                rows={3}
                help="Everybody who has the link reads it. 1 to 500 characters on one line."
              />
              <Submit danger cancel={back}>
                Revoke the receipt
              </Submit>
            </ConsoleForm>
          </>
        ) : (
          <Already back={back}>
            It was revoked on <TimeText at={revokedAt} />. A revocation is final and keeps its first
            reason.
          </Already>
        )}
      </FormPanel>
    </>
  )
}

export function ReceiptErase({ receipt, form }: ActProps) {
  const { receiptId, contentBytes, erasedAt } = receipt
  const back = `/admin/receipts/${receiptId}`
  return (
    <>
      <PageHead title="Erase the content of this receipt" crumbs={crumbsOf(receiptId)} />
      <FormPanel>
        <Which receipt={receipt} />
        {contentBytes !== null ? (
          <>
            <h2>What will happen</h2>
            <ul className="says-list">
              <li>
                The {contentBytes.toLocaleString('en')} bytes of content that are kept here are
                deleted for good. Posting the receipt again does not bring them back.
              </li>
              <li>
                A tombstone stays: the public page says that the content was erased, and when, and
                its address answers 410.
              </li>
              <li>
                The receipt and its verdict stay. A reader with the text can still compare it with
                the signed one.
              </li>
              <li>
                Copies that others made stay as they are. Backups keep the bytes until they are
                deleted; so do the database’s files and its write-ahead log for a while. The README
                says, under “Erasure”, how to make that time short.
              </li>
            </ul>
            <ConsoleForm form={form}>
              <Submit danger cancel={back}>
                Erase the content
              </Submit>
            </ConsoleForm>
          </>
        ) : (
          <Already back={back}>
            {erasedAt === null ? (
              'No content of this receipt is kept here, so there is nothing to erase.'
            ) : (
              <>
                The content was erased on <TimeText at={erasedAt} />.
              </>
            )}
          </Already>
        )}
      </FormPanel>
    </>
  )
}

function Already({ back, children }: { back: string; children: ReactNode }) {
  return (
    <>
      <Warning tone="info">
        <p>{children}</p>
      </Warning>
      <p className="actions">
        <a className="button secondary" href={back}>
          Back to the receipt
        </a>
      </p>
    </>
  )
}
