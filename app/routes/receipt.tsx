import { data, redirect, type MetaFunction } from '@remix-run/node'
import type { Ctx } from '#app/context.ts'
import { findReceipt, viewOfNothing, type ReceiptView } from '#app/services/verify/find-receipt.ts'
import { once } from '#app/web/finished.ts'
import type { PageArgs } from '#app/web/page-context.ts'
import { parseReceiptId } from '#receipt/id.ts'
import { readAnything } from '../ui/browser/read-anything.ts'
import type { VerifyPageProps } from '../ui/verify/receipt-parts.ts'
import { VerifyPage } from '../ui/verify/verify-page.tsx'
import { en } from '../ui/words/en.ts'

type Shown = Omit<VerifyPageProps, 'words'>

const RETRY_AFTER_SECONDS = 5

export async function loader({ params, context }: PageArgs) {
  const receiptId = params.receiptId ?? ''
  if (parseReceiptId(receiptId) === null) return leadOn(receiptId)
  const view = await findReceipt(context.ctx, receiptId)
  if (view === null) return data(shownOfNothing(context.ctx), { status: 404 })
  const shown = shownOf(view, context.scripts)
  if (shown.report.verdict !== 'cannot-check') return shown
  const headers = { 'retry-after': String(RETRY_AFTER_SECONDS) }
  return data(shown, { status: 503, headers })
}

/** Redirects a link that a mail program changed: capitals, or a full stop or bracket at its end. */
function leadOn(receiptId: string): Response {
  const read = readAnything(receiptId)
  const isMeant = read.kind === 'id' || read.kind === 'link'
  // Remix's data requests are off, so an address of theirs gets no redirect.
  if (isMeant && !receiptId.endsWith('.data')) return redirect(`/r/${read.receiptId}`, 308)
  // No receipt can ever have such an id, so "try again later" would be the wrong advice.
  throw new Response('damaged', { status: 404 })
}

/** One object for each view, so that each view is drawn once. */
const shownOf = once((view: ReceiptView, scripts: Record<string, string>): Shown => {
  return { ...view, script: view.jws === null ? null : (scripts.verify ?? null) }
})

/** The page of an unknown receipt is the same for every id, so it is drawn once. */
const shownOfNothing = once((ctx: Ctx): Shown => ({ ...viewOfNothing(ctx, ''), script: null }))

export const meta: MetaFunction<typeof loader> = ({ data: shown }) => [
  { title: en.pageTitle(en.verify.title(en.verify.verdicts[(shown as Shown).report.verdict])) },
  { name: 'robots', content: 'noindex' },
]

export default function Receipt({ loaderData }: { loaderData: Shown }) {
  return <VerifyPage words={en} {...loaderData} />
}
