import type { CheckStatus, Verdict } from '#receipt/report.ts'
import { STATUS_SIGNS, VERDICT_SIGNS } from './verdict-signs.ts'

export function VerdictIcon({ verdict }: { verdict: Verdict }) {
  return (
    <svg className="verdict-icon" viewBox="0 0 48 48" aria-hidden="true">
      <path d={VERDICT_SIGNS[verdict]} />
    </svg>
  )
}

export function StatusIcon({ status }: { status: CheckStatus }) {
  return (
    <svg className="status-icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={STATUS_SIGNS[status]} />
    </svg>
  )
}
