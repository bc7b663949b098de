import { useForm } from '@conform-to/react'
import { getZodConstraint, parseWithZod } from '@conform-to/zod/v4'
import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { z } from 'zod'
import { isPlainText, REASON_CHARACTERS_MAX } from '#app/services/plain-text.ts'
import { revokeReceipt } from '#app/services/receipts/revoke-receipt.ts'
import { readReceiptNotes } from '#app/services/receipts/search-receipts.ts'
import { ReceiptRevoke } from '#app/ui/console/receipts/receipt-acts.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { requireAct } from '../guard.ts'

const schema = z.object({
  reason: z
    .string({ error: 'Say why: readers of the page will want to know.' })
    .trim()
    .max(REASON_CHARACTERS_MAX, {
      error: `At most ${REASON_CHARACTERS_MAX} characters.`,
      abort: true,
    })
    .refine(
      (text) => isPlainText(text, REASON_CHARACTERS_MAX),
      'One line of visible characters: no line breaks, no characters that turn the direction of text.',
    ),
})

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAct(args, 'receipts/:receiptId/revoke')
  const receipt = await readReceiptNotes(ctx, args.params.receiptId ?? '')
  if (receipt === null) throw new Response(null, { status: 404 })
  return { receipt }
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by, form } = await requireAct(args, 'receipts/:receiptId/revoke')
  const receiptId = args.params.receiptId ?? ''
  const submission = parseWithZod(form, { schema })
  if (submission.status !== 'success') return answerJson(submission.reply(), { status: 400 })
  const revoked = await revokeReceipt(ctx, by, receiptId, submission.value.reason)
  if (revoked.ok) return redirect(`/admin/receipts/${receiptId}?done=revoked`)
  if (revoked.code === 'not_found') throw new Response(null, { status: 404 })
  const formErrors = ['Somebody revoked this receipt before you. Their reason stays.']
  return answerJson(submission.reply({ formErrors }), { status: 409 })
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Revoke a receipt') }]

export default function Revoke() {
  const { receipt } = useLoaderData<typeof loader>()
  const [form, fields] = useForm({
    lastResult: useActionData<typeof action>() ?? null,
    constraint: getZodConstraint(schema),
  })
  return <ReceiptRevoke receipt={receipt} form={form} reason={fields.reason!} />
}
