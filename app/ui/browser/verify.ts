import { decodeBase64url } from '#receipt/bytes.ts'
import { contentIsExact } from '#receipt/content.ts'
import type { Evidence } from '#receipt/evidence.ts'
import { judge } from '#receipt/judge.ts'
import type { Verdict } from '#receipt/report.ts'
import { formatTime } from '../text/format-time.ts'
import type { BrowserWords } from '../words/en-in-browser.ts'
import { fill } from '../words/fill.ts'
import { checkAgain, isAlarm, type Opinion, type SecondCheck } from './check-again.ts'
import { comparisonPanel } from './compare-text.ts'
import { openBundle } from './open-bundle.ts'
import { byId, make, readData } from './page-parts.ts'
import { showHeadline, showJudgement } from './show-verdict.ts'
import { takeInput, type Given } from './take-input.ts'

const status = byId('second-opinion')
const words = readData(status, 'words') as BrowserWords
const names = readData(status, 'names') as Record<Verdict, string>
const shown = status.dataset.verdict as Verdict

const inWords = (at: number): string =>
  formatTime(
    {
      dateLocale: status.dataset.locale ?? 'en',
      moment: (date, clock) => fill(status.dataset.moment ?? '', { date, clock }),
    },
    at,
  )

/** A promise, so that a comparison started meanwhile waits for the same check. */
const checking = checkAgain(status.dataset.receiptId ?? '', shown)

function showOpinion(opinion: Opinion): void {
  if (opinion.kind === 'agrees')
    status.textContent = opinion.twice ? words.agreesTwice : words.agrees
  else if (opinion.kind === 'unable')
    status.textContent = fill(words.unable, { why: words.unablePart })
  else if (opinion.kind === 'stale')
    status.textContent = fill(words.unable, { why: words.unableReload })
  else {
    const says =
      opinion.kind === 'engines-disagree'
        ? words.enginesDisagree
        : fill(words.disagrees, { server: names[opinion.server], browser: names[opinion.browser] })
    showHeadline('cannot-check', words.disagreesTitle, says, words.disagreesTitle)
    status.className = 'second-opinion alarm'
    status.setAttribute('role', 'alert')
    status.textContent = says
    byId('says').hidden = true
    status.closest('.stub')?.setAttribute('data-alarm', opinion.kind)
  }
}

/** The secret after `#k=`: undefined where the link has none, null where it is damaged. */
function linkSecret(): Uint8Array | null | undefined {
  const secret = new URLSearchParams(location.hash.slice(1)).get('k')
  if (secret === null) return undefined
  const bytes = decodeBase64url(secret)
  return bytes?.length === 32 ? bytes : null
}

function compare({ evidence, opinion }: SecondCheck, bytes: Uint8Array): HTMLElement {
  // A good comparison must not hide an alarm.
  if (isAlarm(opinion)) return make('p', words.alarmFirst, 'result')
  const signed = evidence.reading?.ok ? evidence.reading.receipt.claims.content : null
  const secret = linkSecret()
  // A signer may have signed a file that looks like a bundle.
  const isSigned = signed !== null && contentIsExact(signed, bytes, secret ?? undefined) === true
  const bundle = isSigned ? null : openBundle(words, evidence.idExpected, bytes)
  if (bundle !== null && 'says' in bundle) return make('p', bundle.says, 'result')
  if (bundle !== null) return compareText(evidence, bundle.content, bundle.secret ?? secret)
  return compareText(evidence, bytes, secret)
}

function compareText(
  evidence: Evidence,
  content: Uint8Array,
  secret: Uint8Array | null | undefined,
): HTMLElement {
  const keyed = evidence.reading?.ok && evidence.reading.receipt.claims.content.alg !== 'sha-256'
  if (keyed && secret === null) return make('p', words.secretUnread, 'result')
  const compared = { ...evidence, given: { content, ...(secret ? { secret } : {}) } }
  const judgement = judge(compared)
  showJudgement(judgement, inWords)
  return comparisonPanel(words, judgement, compared)
}

/** The box is empty, so the headline must not keep the result of the last text. */
function forgetText({ judgement, opinion }: SecondCheck): HTMLElement {
  if (!isAlarm(opinion)) showJudgement(judgement, inWords)
  return make('p', words.empty, 'result')
}

async function takeGiven(given: Given): Promise<void> {
  const result = byId('compare-result')
  result.replaceChildren(make('p', words.comparing))
  try {
    const checked = await checking
    if ('nothing' in given) result.replaceChildren(forgetText(checked))
    else if ('bytes' in given) result.replaceChildren(compare(checked, given.bytes))
    else result.replaceChildren(make('p', fill(words.tooLarge, { max: given.tooLarge }), 'result'))
  } catch {
    const says = fill(words.compareFailed, { why: words.unableNetwork })
    result.replaceChildren(make('p', says, 'result'))
  }
}

function startCopying(): void {
  const button = document.getElementById('copy-link')
  if (button === null) return
  button.hidden = false
  button.addEventListener('click', () => {
    // The copied link keeps the visitor's secret, because the next reader needs it to compare.
    const link = (button.dataset.link ?? '') + (linkSecret() ? location.hash : '')
    const tell = (text: string) => (byId('copy-result').textContent = text)
    const copied = navigator.clipboard as Clipboard | undefined
    if (copied === undefined) return tell(fill(words.notCopied, { link }))
    copied.writeText(link).then(
      () => tell(words.copied),
      () => tell(fill(words.notCopied, { link })),
    )
  })
}

status.hidden = false
status.textContent = words.checking
checking.then(
  ({ opinion }) => showOpinion(opinion),
  () => (status.textContent = fill(words.unable, { why: words.unableNetwork })),
)
startCopying()

const zone = document.getElementById('compare')
if (zone !== null) {
  zone.hidden = false
  const needsKey = document.getElementById('compare-keyed')
  if (needsKey && linkSecret()) needsKey.hidden = true
  takeInput(
    {
      zone,
      text: byId('compare-text') as HTMLTextAreaElement,
      file: byId('compare-file') as HTMLInputElement,
      go: byId('compare-go'),
    },
    (given) => void takeGiven(given),
  )
}
