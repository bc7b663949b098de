import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { searchReceipts } from '#app/services/receipts/search-receipts.ts'
import { receiptDigest, receiptIdOf } from '#receipt/id.ts'
import { readAnything } from '#app/ui/browser/read-anything.ts'
import { ReceiptList } from '#app/ui/console/receipts/receipt-list.tsx'
import { en } from '#app/ui/words/en.ts'
import { requireAdmin } from '../guard.ts'
import { atPlace, readDays } from '../search-days.ts'

const PAGE_RECEIPTS = 50

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAdmin(args, 'viewer')
  const query = new URL(args.request.url).searchParams
  const { from, to, wrong } = readDays(query)
  const named = (name: string) => query.get(name)?.trim() ?? ''
  const [text, issuer, kid, mode] = [named('q'), named('issuer'), named('kid'), named('mode')]
  const after = query.get('after')
  const search = {
    receiptId: nameReceipt(text),
    text,
    issuer: issuer === '' ? null : issuer,
    kid: kid === '' ? null : kid,
    mode: mode === 'live' || mode === 'test' ? mode : null,
    from,
    to,
    after,
    limit: PAGE_RECEIPTS,
  } as const
  const page = wrong.length > 0 ? { items: [], next: null } : await searchReceipts(ctx, search)
  const isSearch = [...query.values()].some((value) => value !== '')
  return {
    receipts: page.items,
    asked: Object.fromEntries(query),
    wrong,
    hasReceipt: isSearch || page.items.length > 0,
    publicUrl: ctx.config.publicUrl,
    next: page.next === null ? null : atPlace(query, page.next),
    first: after === null ? null : atPlace(query, null),
  }
}

/** The receipt's id, from an id or a link as a mail has it, or from the receipt itself. */
function nameReceipt(text: string): string | null {
  const read = readAnything(text)
  if (read.kind === 'id' || read.kind === 'link') return read.receiptId
  return read.kind === 'receipt' ? receiptIdOf(receiptDigest(read.jws)) : null
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Receipts') }]

export default function Receipts() {
  return <ReceiptList {...useLoaderData<typeof loader>()} />
}
