import type { Evidence } from '#receipt/evidence.ts'
import { judge, type Judgement } from '#receipt/judge.ts'
import { readReceipt } from '#receipt/receipt.ts'
import type { Report, Verdict } from '#receipt/report.ts'
import { AS_IT_IS_NOW, gatherEvidence } from './gather-evidence.ts'

export type Opinion =
  | { kind: 'agrees'; twice: boolean }
  | { kind: 'disagrees'; server: Verdict; browser: Verdict }
  | { kind: 'engines-disagree' }
  /** The browser could not get a part that the portal saw: no second opinion, and no alarm. */
  | { kind: 'unable' }
  /** The page is older than a change of the receipt's status. */
  | { kind: 'stale' }

export interface SecondCheck {
  evidence: Evidence
  judgement: Judgement
  opinion: Opinion
}

/**
 * Fetches the receipt and all it needs and judges it by the core. Throws where the network fails.
 * If the page shows no verdict yet (`null`), the report's verdict takes its place.
 */
export async function checkAgain(receiptId: string, shown: Verdict | null): Promise<SecondCheck> {
  const [jws, report] = await Promise.all([
    fetchPart(`/v1/receipts/${receiptId}/receipt`).then((answer) => answer.text()),
    fetchPart(`/v1/receipts/${receiptId}`, AS_IT_IS_NOW).then(
      (answer) => answer.json() as Promise<Report>,
    ),
  ])
  const { evidence, twice } = await gatherEvidence({
    now: Date.now(),
    reading: readReceipt(jws),
    idExpected: receiptId,
    report,
    checks: report.checks,
    storedContent: await fetchStored(report),
    bundleKeys: [],
  })
  const judgement = judge(evidence)
  return {
    evidence,
    judgement,
    opinion: compareOpinions(judgement, report, shown ?? report.verdict, twice),
  }
}

export const isAlarm = ({ kind }: Opinion): boolean =>
  kind === 'disagrees' || kind === 'engines-disagree'

/** Compares the two verdicts: only a check that could not be made here excuses a difference. */
export function compareOpinions(
  judgement: Judgement,
  report: Report,
  shown: Verdict,
  twice: boolean,
): Opinion {
  if (judgement.outcomes.signature === 'engines_disagree') return { kind: 'engines-disagree' }
  if (judgement.verdict === shown) return { kind: 'agrees', twice }
  if (report.verdict !== shown && report.verdict === judgement.verdict) return { kind: 'stale' }
  const differing = judgement.checks.flatMap(({ check, status }) => {
    const theirs = report.checks.find((one) => one.check === check)?.status
    return theirs === undefined || theirs === status ? [] : [{ mine: status, theirs }]
  })
  // A check that failed here is never excused by another check that could not be made.
  const refuted = differing.some(({ mine }) => mine === 'fail')
  if (!refuted && differing.some(({ mine }) => mine === 'not-checked')) return { kind: 'unable' }
  return { kind: 'disagrees', server: shown, browser: judgement.verdict }
}

async function fetchStored(report: Report): Promise<Evidence['storedContent']> {
  if (report.contentAvailable) {
    const answer = await fetch(`/v1/receipts/${report.receiptId ?? ''}/content`, AS_IT_IS_NOW)
    if (!answer.ok) return { state: 'unreachable' }
    return { state: 'stored', bytes: new Uint8Array(await answer.arrayBuffer()) }
  }
  const stored = report.checks.find((check) => check.check === 'stored_content')
  if (stored?.code === 'content_erased') return { state: 'erased' }
  return stored?.code === 'content_not_stored' ? { state: 'none' } : { state: 'unreachable' }
}

async function fetchPart(path: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(path, init)
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`)
  return answer
}
