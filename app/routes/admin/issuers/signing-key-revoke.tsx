import { useForm } from '@conform-to/react'
import { getZodConstraint, parseWithZod } from '@conform-to/zod/v4'
import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { findCutFlaw, revokeKey } from '#app/services/issuers/revoke-key.ts'
import { RevokeKeyPage } from '#app/ui/console/issuers/signing-key-acts.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { needSigningKey } from './find-keys.ts'
import { requireAct } from '../guard.ts'
import { keyRevocation as schema, readMoment } from './forms.ts'

/** The cut in the request: as typed, as a time, and its flaw. An empty field is no cut. */
function readCut(given: FormDataEntryValue | null, now: number) {
  const typed = typeof given === 'string' ? given.trim() : ''
  if (typed === '') return { typed, at: null, wrong: null }
  const at = readMoment(typed)
  if (at === null) return { typed, at, wrong: 'Write a moment as 2026-11-03T14:02, in UTC.' }
  return { typed, at, wrong: findCutFlaw(at, new Date(now)) }
}

/** `?since=` asks for a preview, which changes nothing. */
export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAct(args, 'issuers/:slug/keys/:kid/revoke')
  const cut = readCut(new URL(args.request.url).searchParams.get('since'), ctx.now())
  const counted = cut.wrong === null ? cut.at : null
  const preview = await needSigningKey(ctx, args.params, counted)
  const { issuer, key, before, after, isLastActive } = preview
  const constraint = getZodConstraint(schema)
  const shownCut = { ...cut, at: cut.at?.toISOString() ?? null }
  return { issuer, signingKey: key, before, after, isLastActive, cut: shownCut, constraint }
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by, form } = await requireAct(args, 'issuers/:slug/keys/:kid/revoke')
  const { slug = '', kid = '' } = args.params
  const submission = parseWithZod(form, { schema })
  const cut = readCut(form.get('since'), ctx.now())
  // An unreadable cut must not become a revocation from now on.
  if (cut.wrong !== null)
    return answerJson(submission.reply({ formErrors: [cut.wrong] }), { status: 400 })
  if (submission.status !== 'success') return answerJson(submission.reply(), { status: 400 })
  const { reason } = submission.value
  const revoked = await revokeKey(ctx, by, { slug, kid, reason, compromisedSince: cut.at })
  if (revoked.ok) return redirect(`/admin/issuers/${slug}/keys/${kid}?done=revoked`)
  if (revoked.code === 'not_found') throw new Response(null, { status: 404 })
  // If somebody else revoked the key first, the redrawn page says so.
  const formErrors = [`This moment can’t be used. ${revoked.detail ?? ''}`.trim()]
  return answerJson(submission.reply({ formErrors }), { status: 409 })
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Revoke a signing key') }]

export default function RevokeSigningKey() {
  const { constraint, ...shown } = useLoaderData<typeof loader>()
  const [form, { reason }] = useForm({
    lastResult: useActionData<typeof action>() ?? null,
    constraint,
  })
  return <RevokeKeyPage {...shown} form={form} reason={reason!} />
}
