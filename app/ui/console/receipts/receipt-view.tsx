import type { Facts } from '#receipt/judge.ts'
import type { Report } from '#receipt/report.ts'
import { verdictSentence } from '#receipt/words.ts'
import type { ReceiptNotes } from '#app/services/receipts/search-receipts.ts'
import { FactList } from '#app/ui/verify/fact-list.tsx'
import { formatTime } from '#app/ui/text/format-time.ts'
import { FourAnswers } from '#app/ui/verify/four-answers.tsx'
import { VerdictIcon } from '#app/ui/verify/verdict-icon.tsx'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import type { PageWords } from '#app/ui/words/en.ts'
import { DoneNotice, TimeText } from '../parts/notice.tsx'
import { Fact, Facts as FactsOf } from '../parts/facts.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { ReceiptBadges } from './receipt-list.tsx'

interface ReceiptViewProps {
  words: PageWords
  notes: ReceiptNotes
  report: Report
  facts: Facts
  /** The act that led to this page, from its address. */
  done: string | null
  mayAct: boolean
}

const DONE = {
  revoked: 'The receipt is revoked. Its public page says so within seconds.',
  erased:
    'The content is erased. The receipt stays, and its page says that its content was erased.',
}

/** A receipt: its report as the public sees it, and the portal's own notes. */
export function ReceiptView({ words, notes, report, facts, done, mayAct }: ReceiptViewProps) {
  const { receiptId } = notes
  return (
    <>
      <PageHead
        title={<code className="page-id">{receiptId}</code>}
        crumbs={[{ href: '/admin/receipts', text: 'Receipts' }]}
        actions={
          <>
            <a className="button secondary" href={`/r/${receiptId}`}>
              Public page
            </a>
            {mayAct && notes.revokedAt === null ? (
              <a className="button secondary danger" href={`/admin/receipts/${receiptId}/revoke`}>
                Revoke…
              </a>
            ) : null}
            {mayAct && notes.contentBytes !== null ? (
              <a className="button secondary danger" href={`/admin/receipts/${receiptId}/erase`}>
                Erase content…
              </a>
            ) : null}
          </>
        }
      />
      <DoneNotice done={done} says={DONE} />
      <div className="receipt-columns">
        <div className="panel public-report">
          <h2>What the public sees</h2>
          <Verdict words={words} report={report} facts={facts} />
          <FourAnswers words={words} report={report} />
          <FactList words={words} report={report} />
        </div>
        <Notes notes={notes} />
      </div>
    </>
  )
}

function Verdict({ words, report, facts }: Pick<ReceiptViewProps, 'words' | 'report' | 'facts'>) {
  const { title, says } = verdictSentence(report.verdict, facts, (at) => formatTime(words, at))
  return (
    <section
      className="stub"
      data-verdict={report.verdict}
      data-mode={report.mode ?? undefined}
      aria-labelledby="verdict"
    >
      {report.mode === 'test' ? (
        <p className="test-note">
          <strong>{words.verify.testReceipt}</strong> <span>{words.verify.testNote}</span>
        </p>
      ) : null}
      <VerdictIcon verdict={report.verdict} />
      <h2 id="verdict">
        <VisibleText text={title} />
      </h2>
      <p className="says">
        <VisibleText text={says} />
      </p>
    </section>
  )
}

function Notes({ notes }: { notes: ReceiptNotes }) {
  return (
    <section className="panel" aria-labelledby="notes">
      <h2 id="notes">What the portal noted</h2>
      <FactsOf>
        <Fact name="State">
          <ReceiptBadges receipt={notes} />
        </Fact>
        <Fact name="Received">
          <TimeText at={notes.receivedAt} />
        </Fact>
        <Fact name="Posted with API key">
          <a href={`/admin/api-keys/${encodeURIComponent(notes.apiKey)}`}>
            <VisibleText text={notes.apiKeyName ?? notes.apiKey} />
          </a>{' '}
          <code className="quiet">{notes.apiKey}</code>
        </Fact>
        <Fact name="Issuer">
          <a href={`/admin/issuers/${encodeURIComponent(notes.issuer)}`}>
            <VisibleText text={notes.issuerName ?? notes.issuer} />
          </a>
        </Fact>
        <Fact name="Signing key">
          <a
            href={`/admin/issuers/${encodeURIComponent(notes.issuer)}/keys/${encodeURIComponent(notes.kid)}`}
          >
            <code>
              <VisibleText text={notes.kid} />
            </code>
          </a>
        </Fact>
        <Fact name="Job">{notes.jti === null ? '–' : <VisibleText text={notes.jti} />}</Fact>
        <Fact name="Visibility">{VISIBILITIES[notes.visibility]}</Fact>
        <Fact name="Content kept here">
          <ContentKept notes={notes} />
        </Fact>
        {notes.revokedAt === null ? null : (
          <Fact name="Revoked">
            <TimeText at={notes.revokedAt} />
          </Fact>
        )}
        <Fact name="Digest, SHA-256">
          <code>{notes.digestHex}</code>
        </Fact>
      </FactsOf>
      <p>
        <a href={`/admin/audit?subject=${notes.receiptId}`}>Its history in the audit</a>
      </p>
    </section>
  )
}

const VISIBILITIES = {
  private: 'Private: only readers with the link find it, and no content is kept.',
  public: 'Public: its content is kept and shown on its page.',
  findable: 'Findable: no content is kept, but its digest can be searched.',
}

function ContentKept({ notes: { contentBytes, erasedAt } }: { notes: ReceiptNotes }) {
  if (contentBytes !== null) return <>{contentBytes.toLocaleString('en')} bytes</>
  if (erasedAt === null) return <>none</>
  return (
    <>
      Erased on <TimeText at={erasedAt} />
    </>
  )
}
