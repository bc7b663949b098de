import { redirect, type LoaderFunctionArgs, type MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { findReceipt } from '#app/services/verify/find-receipt.ts'
import { readReceiptNotes } from '#app/services/receipts/search-receipts.ts'
import { ReceiptView } from '#app/ui/console/receipts/receipt-view.tsx'
import { en } from '#app/ui/words/en.ts'
import { meantReceiptId } from '#receipt/id.ts'
import { requireAdmin } from '../guard.ts'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx, admin } = await requireAdmin(args, 'viewer')
  const receiptId = args.params.receiptId ?? ''
  const meant = meantReceiptId(receiptId)
  if (meant !== null && meant !== receiptId) return redirect(`/admin/receipts/${meant}`, 308)
  const [notes, view] = await Promise.all([
    readReceiptNotes(ctx, receiptId),
    findReceipt(ctx, receiptId),
  ])
  if (notes === null || view === null) throw new Response(null, { status: 404 })
  const done = new URL(args.request.url).searchParams.get('done')
  const { report, facts } = view
  return { notes, report, facts, done, mayAct: admin.role !== 'viewer' }
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Receipt') }]

export default function Receipt() {
  return <ReceiptView words={en} {...useLoaderData<typeof loader>()} />
}
