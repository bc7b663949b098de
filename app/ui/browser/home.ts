import { decodeUtf8, encodeBase64url } from '#receipt/bytes.ts'
import { readBundleBytes, type Bundle } from '#receipt/bundle.ts'
import { readReceipt } from '#receipt/receipt.ts'
import type { Check } from '#receipt/report.ts'
import { verdictSentence } from '#receipt/words.ts'
import { formatTime } from '../text/format-time.ts'
import type { BrowserWords } from '../words/en-in-browser.ts'
import { fill } from '../words/fill.ts'
import { checkAgain, isAlarm } from './check-again.ts'
import { comparisonPanel } from './compare-text.ts'
import { judgeBundle, judgeElsewhere, type Judged } from './judge-elsewhere.ts'
import { tellFault } from './open-bundle.ts'
import { byId, make, readData } from './page-parts.ts'
import { ID_CHARACTERS, readAnything, type Anything } from './read-anything.ts'
import { takeInput, type Given } from './take-input.ts'

const zone = byId('anything')
const result = byId('anything-result')
const words = readData(zone, 'words') as BrowserWords

const inWords = (at: number): string =>
  formatTime(
    {
      dateLocale: zone.dataset.locale ?? 'en',
      moment: (date, clock) => fill(zone.dataset.moment ?? '', { date, clock }),
    },
    at,
  )

/** Shows a message with a warning's mark and colour; the detail, of use to few, stays closed. */
const say = (sentence: string, detail: string | null = null): HTMLElement => {
  const panel = make('div', '', 'result hint')
  panel.dataset.status = 'warn'
  panel.append(make('p', sentence))
  if (detail !== null) panel.append(closedDetail(detail))
  result.replaceChildren(panel)
  return panel
}

function closedDetail(detail: string): HTMLElement {
  const more = make('details')
  more.append(make('summary', words.homeDetails), make('p', detail))
  return more
}

/** Offers both portals: the link's own one may hold a receipt that this one lacks. */
function offerBoth({ receiptId, secret, origin, address }: Anything & { kind: 'link' }): void {
  const { host } = new URL(origin)
  const ways = make('p', '', 'actions')
  for (const [href, text] of [
    [pageOf(receiptId, secret), words.homeAskHere],
    [address, fill(words.homeAskThere, { host })],
  ] as const) {
    const way = make('a', text) as HTMLAnchorElement
    way.href = href
    way.rel = 'noreferrer'
    ways.append(way)
  }
  say(fill(words.homeOtherHost, { host })).append(ways)
}

const leadsElsewhere = (origin: string): boolean =>
  origin !== '' && URL.canParse(origin) && new URL(origin).host !== location.host

/** The secret travels in the fragment, which no browser sends. */
const pageOf = (receiptId: string, secret: string | null): string =>
  `/r/${receiptId}${secret === null ? '' : `#k=${encodeURIComponent(secret)}`}`

const open = (receiptId: string, secret: string | null) => {
  location.assign(pageOf(receiptId, secret))
}

async function take(given: Given): Promise<void> {
  if ('nothing' in given) {
    say(words.homeNothing)
    return
  }
  if ('tooLarge' in given) {
    say(fill(words.tooLarge, { max: given.tooLarge }))
    return
  }
  const text = decodeUtf8(given.bytes)
  const read = text === null ? ({ kind: 'text' } as const) : readAnything(text)
  if (read.kind === 'nothing') say(words.homeNothing)
  else if (read.kind === 'text') say(words.homeText)
  else if (read.kind === 'id') open(read.receiptId, null)
  else if (read.kind === 'wrong-length')
    say(fill(words.homeWrongLength, { has: read.characters, should: ID_CHARACTERS }))
  else if (read.kind === 'wrong-character')
    say(fill(words.homeWrongCharacter, { character: read.character }))
  else if (read.kind === 'link' && leadsElsewhere(read.origin)) offerBoth(read)
  else if (read.kind === 'link') open(read.receiptId, read.secret)
  else if (read.kind === 'receipt') await takeReceipt(read.jws, null)
  else await takeBundle(given.bytes)
}

async function takeBundle(bytes: Uint8Array): Promise<void> {
  const reading = readBundleBytes(bytes)
  if (reading.ok) await takeReceipt(reading.bundle.receipt, reading.bundle)
  else say(tellFault(words, reading), reading.message)
}

/**
 * Opens the page of a receipt that the portal holds, because that page says most. A bundle with a
 * text is judged here: on the way to the page the text would be lost, and would seem compared.
 */
async function takeReceipt(jws: string, bundle: Bundle | null): Promise<void> {
  const reading = readReceipt(jws)
  if (!reading.ok) {
    showJudged(await judgeElsewhere(jws, bundle, []), words.homeBadReceipt)
    result.firstElementChild?.append(closedDetail(reading.message))
    return
  }
  const { receiptId } = reading.receipt
  const answer = await fetch(`/v1/receipts/${receiptId}`)
  const secret = bundle?.secret ? encodeBase64url(bundle.secret) : null
  if (answer.ok) {
    if (bundle?.content == null) open(receiptId, secret)
    else await takeKept(receiptId, bundle, secret)
    return
  }
  // The receipt may be revoked: no verdict is better than one that leaves the revocation out.
  if (answer.status !== 404)
    throw new Error(`the receipt could not be looked for: ${answer.status}`)
  const { checks } = (await answer.json()) as { checks: Check[] }
  showJudged(await judgeElsewhere(jws, bundle, checks))
}

async function takeKept(receiptId: string, bundle: Bundle, secret: string | null): Promise<void> {
  const { evidence, opinion } = await checkAgain(receiptId, null)
  const page = document.createElement('a')
  page.href = pageOf(receiptId, secret)
  page.textContent = words.homePage
  if (isAlarm(opinion)) {
    say(words.homeDisagree)
    result.firstElementChild?.setAttribute('data-verdict', 'invalid')
  } else showJudged(judgeBundle(evidence, bundle))
  const way = make('p')
  way.append(page)
  result.firstElementChild?.append(way)
}

/** `plainly` replaces the verdict's own sentences. */
function showJudged({ evidence, judgement }: Judged, plainly?: string): void {
  const { verdict, facts } = judgement
  const { title, says } = verdictSentence(verdict, facts, inWords)
  const panel = make('div', '', 'result')
  panel.dataset.verdict = verdict
  const differs = verdict === 'differs'
  panel.append(make('strong', title), make('p', plainly ?? (differs ? words.homeDiffers : says)))
  // A text can't be compared with an invalid receipt.
  if (evidence.given !== null && verdict !== 'invalid')
    panel.append(comparisonPanel(words, judgement, evidence))
  result.replaceChildren(panel)
}

byId('by-link').hidden = true
zone.hidden = false
takeInput(
  {
    zone,
    text: byId('anything-text') as HTMLTextAreaElement,
    file: byId('anything-file') as HTMLInputElement,
    go: byId('anything-go'),
  },
  (given) => {
    take(given).catch(() => say(fill(words.compareFailed, { why: words.unableNetwork })))
  },
)
