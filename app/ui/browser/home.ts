import { decodeUtf8, encodeBase64url } from '#receipt/bytes.ts'
import { readReceipt } from '#receipt/receipt.ts'
import { verdictSentence } from '#receipt/words.ts'
import { formatTime } from '../format-time.ts'
import type { BrowserWords } from '../words/en-in-browser.ts'
import { fill } from '../words/fill.ts'
import { judgeElsewhere, readBundleText } from './judge-elsewhere.ts'
import { byId, make, readData } from './page-parts.ts'
import { readAnything } from './read-anything.ts'
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

const say = (...sentences: string[]) => {
  const panel = make('div', '', 'result')
  panel.append(...sentences.map((sentence) => make('p', sentence)))
  result.replaceChildren(panel)
}

/** The secret travels in the fragment, which no browser sends. */
const open = (receiptId: string, secret: string | null) => {
  location.assign(`/r/${receiptId}${secret === null ? '' : `#k=${encodeURIComponent(secret)}`}`)
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
  else if (read.kind === 'link') open(read.receiptId, read.secret)
  else await takeReceipt(read.jws, read.kind === 'bundle' ? (text ?? '') : null)
}

/** Kept here: its own page says most. Not kept here: judged on the spot. */
async function takeReceipt(jws: string, bundleText: string | null): Promise<void> {
  const bundle = bundleText === null ? null : readBundleText(bundleText)
  const reading = readReceipt(jws)
  if (bundleText !== null && bundle === null) {
    say(words.homeBadBundle)
    return
  }
  if (!reading.ok) {
    say(words.homeBadReceipt, reading.message)
    return
  }
  const { receiptId } = reading.receipt
  const answer = await fetch(`/v1/receipts/${receiptId}`)
  if (answer.ok) {
    open(receiptId, bundle?.secret ? encodeBase64url(bundle.secret) : null)
    return
  }
  // Whether it was withdrawn isn't known then: no verdict at all is better than a kind one.
  if (answer.status !== 404)
    throw new Error(`the receipt could not be looked for: ${answer.status}`)
  const { verdict, facts } = await judgeElsewhere(jws, bundle)
  const { title, says } = verdictSentence(verdict, facts, inWords)
  const panel = make('div', '', 'result')
  panel.dataset.verdict = verdict
  panel.append(make('strong', title), make('p', says))
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
