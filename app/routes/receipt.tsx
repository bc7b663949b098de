import {
  redirect,
  type HeadersFunction,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { findReceipt } from '#app/services/verify/find-receipt.ts'
import { parseReceiptId } from '#receipt/id.ts'
import type { Verdict } from '#receipt/report.ts'
import { answerJson } from './answer-json.ts'
import { readAnything } from '../ui/browser/read-anything.ts'
import type { VerifyPageProps } from '../ui/verify/receipt-parts.ts'
import { DAMAGED_LINK } from '../ui/site/notice-pages.tsx'
import { VerifyPage } from '../ui/verify/verify-page.tsx'
import { en } from '../ui/words/en.ts'

/** A verdict against the receipt is a good answer (200); only these two are not. */
const STATUSES: Partial<Record<Verdict, number>> = { 'not-found': 404, 'cannot-check': 503 }
const RETRY_AFTER_SECONDS = 5

export async function loader({ params, context }: LoaderFunctionArgs) {
  const receiptId = params.receiptId ?? ''
  if (parseReceiptId(receiptId) === null) {
    // Capitals, a full stop or a bracket that a mail program took for a part of the link.
    const read = readAnything(receiptId)
    const isMeant = read.kind === 'id' || read.kind === 'link'
    // Addresses of the framework's own, were its data requests on, lead nowhere.
    if (isMeant && !receiptId.endsWith('.data')) return redirect(`/r/${read.receiptId}`)
    // No receipt can ever have such an id, so "try again later" would be the wrong advice.
    throw new Response(DAMAGED_LINK, { status: 404 })
  }
  const view = await findReceipt(context.ctx, receiptId)
  const { verdict } = view.report
  const status = STATUSES[verdict] ?? 200
  const headers = new Headers({
    'Cache-Control': status === 200 ? 'public, max-age=5' : 'no-store',
  })
  if (status === 503) headers.set('Retry-After', String(RETRY_AFTER_SECONDS))
  const script = view.jws === null ? null : (context.scripts.verify ?? null)
  return answerJson({ ...view, script } satisfies Omit<VerifyPageProps, 'words'>, {
    status,
    headers,
  })
}

export const headers: HeadersFunction = ({ loaderHeaders }) => loaderHeaders

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: en.pageTitle(en.verify.title(data ? en.verify.verdicts[data.report.verdict] : '')) },
  { name: 'robots', content: 'noindex' },
]

export default function Receipt() {
  return <VerifyPage words={en} {...useLoaderData<typeof loader>()} />
}
