import { AXES, type Axis, type Check, type CheckName, type CheckStatus } from '#receipt/report.ts'

export interface AxisAnswer {
  axis: Axis
  status: CheckStatus
  /** The checks whose sentences make up the answer. */
  telling: Check[]
  /** The receipt is good but was not compared with a text, which isn't yet the reader's "yes". */
  uncompared: boolean
  checks: Check[]
}

/** A check that was not made is worse than a pass: an answer is never greener than its checks. */
const SEVERITY: Record<CheckStatus, number> = { fail: 3, warn: 2, 'not-checked': 1, pass: 0 }

/** A good receipt may lack these: the answer tells them, and they don't lower its status. */
const OPTIONAL: ReadonlySet<string> = new Set([
  'content_not_supplied',
  'content_not_stored',
  'content_not_checkable',
  'content_erased',
  'domain_not_verified',
  'outcome_not_checked',
  'log_off',
  'log_pending',
  'log_not_checked',
])

/** The checks of each axis that a reader wants to hear of even when all is well. */
const ALWAYS_TOLD: Record<Axis, readonly CheckName[]> = {
  unchanged: ['signature', 'stored_content', 'content'],
  issuer: ['issuer', 'domain'],
  status: ['revocation', 'signing_key'],
  time: ['received', 'issued_at'],
}

/** Each axis with its worst status and the checks that explain it. */
export function axisAnswers(checks: readonly Check[]): AxisAnswer[] {
  return AXES.map((axis) => {
    const own = checks.filter((check) => check.axis === axis)
    const status = worstStatus(own)
    const bad = own.filter((check) => status !== 'pass' && lowers(check, status))
    const told = ALWAYS_TOLD[axis].flatMap((name) => own.filter((check) => check.check === name))
    const telling = bad.length > 0 && status === 'fail' ? bad : [...new Set([...bad, ...told])]
    const uncompared =
      axis === 'unchanged' && (status === 'pass' || status === 'warn') && !own.some(isComparison)
    return {
      axis,
      status: uncompared && status === 'pass' ? 'not-checked' : status,
      telling: withoutEcho(telling),
      uncompared,
      checks: own,
    }
  })
}

const isComparison = ({ code }: Check): boolean =>
  ['stored_content_matches', 'content_exact', 'content_repaired', 'content_differs'].includes(code)

export interface AnswerWords extends Record<CheckStatus, string> {
  /** Replaces "yes" where no text was compared. */
  uncompared: string
  /** Replaces the sentence that no text was given. */
  notYet: string
}

/** How an answer begins, and the sentences after it. */
export function tellAnswer(
  { status, telling, uncompared }: Pick<AxisAnswer, 'status' | 'telling' | 'uncompared'>,
  words: Record<CheckStatus, string> & Partial<AnswerWords>,
): { begins: string; says: string } {
  const says = telling.map(({ code, message }) =>
    uncompared && code === 'content_not_supplied' ? (words.notYet ?? message) : message,
  )
  return { begins: (uncompared && words.uncompared) || words[status], says: says.join(' ') }
}

function lowers(check: Check, status: CheckStatus): boolean {
  return check.status === status && !OPTIONAL.has(check.code)
}

function worstStatus(checks: readonly Check[]): CheckStatus {
  let worst: CheckStatus | undefined
  for (const { status, code } of checks) {
    if (OPTIONAL.has(code)) continue
    if (worst === undefined || SEVERITY[status] > SEVERITY[worst]) worst = status
  }
  return worst ?? 'not-checked'
}

/** Stored and pasted content are two checks of one thing: one sentence about it is enough. */
function withoutEcho(checks: Check[]): Check[] {
  const stored = checks.some((check) => check.check === 'stored_content' && !isAbsent(check))
  const given = checks.some((check) => check.check === 'content' && !isAbsent(check))
  return checks.filter((check) => {
    if (check.check === 'stored_content') return stored || check.code === 'content_erased'
    if (check.check === 'content') return given || !stored
    return true
  })
}

function isAbsent(check: Check): boolean {
  return check.code === 'content_not_stored' || check.code === 'content_not_supplied'
}
