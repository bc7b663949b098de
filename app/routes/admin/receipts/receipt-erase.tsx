import { useForm } from '@conform-to/react'
import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { eraseContent } from '#app/services/receipts/erase-content.ts'
import { readReceiptNotes } from '#app/services/receipts/search-receipts.ts'
import { ReceiptErase } from '#app/ui/console/receipts/receipt-acts.tsx'
import { en } from '#app/ui/words/en.ts'
import { requireAct } from '../guard.ts'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAct(args, 'receipts/:receiptId/erase')
  const receipt = await readReceiptNotes(ctx, args.params.receiptId ?? '')
  if (receipt === null) throw new Response(null, { status: 404 })
  return { receipt }
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by } = await requireAct(args, 'receipts/:receiptId/erase')
  const receiptId = args.params.receiptId ?? ''
  const erased = await eraseContent(ctx, by, receiptId)
  if (!erased.ok) throw new Response(null, { status: 404 })
  return redirect(`/admin/receipts/${receiptId}?done=erased`)
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Erase content') }]

export default function Erase() {
  const { receipt } = useLoaderData<typeof loader>()
  const [form] = useForm({})
  return <ReceiptErase receipt={receipt} form={form} />
}
