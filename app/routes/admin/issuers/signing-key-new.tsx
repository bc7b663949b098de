import { useForm } from '@conform-to/react'
import { getZodConstraint, parseWithZod } from '@conform-to/zod/v4'
import {
  redirect,
  type ActionFunctionArgs,
  type LoaderFunctionArgs,
  type MetaFunction,
} from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { publishKey } from '#app/services/issuers/publish-key.ts'
import { readPublicKey } from '#app/ui/console/issuers/read-public-key.ts'
import { PublishKeyPage } from '#app/ui/console/issuers/signing-key-form.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { needIssuer } from './find-keys.ts'
import { requireAct } from '../guard.ts'
import { actOnce } from '../once.ts'
import { newSigningKey as schema } from './forms.ts'
import { publishRefusal } from './refusals.ts'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAct(args, 'issuers/:slug/keys/new')
  const { slug, name, keys } = await needIssuer(ctx, args.params.slug)
  const { scripts } = args.context
  return {
    issuer: { slug, name },
    portal: ctx.config.publicUrl,
    hasKeyInUse: keys.some((key) => key.state === 'active' && key.lastReceivedAt !== null),
    scripts: { copy: scripts.copy ?? null, keyFile: scripts['key-file'] ?? null },
    constraint: getZodConstraint(schema),
  }
}

export async function action(args: ActionFunctionArgs) {
  const { ctx, by, form } = await requireAct(args, 'issuers/:slug/keys/new')
  const slug = args.params.slug ?? ''
  const submission = parseWithZod(form, { schema })
  // The fields keep their text, except that a private key is never sent back.
  const hideFields = ['jwk', 'proof'].filter((name) => isPrivate(form.get(name)))
  const refuse = (fieldErrors: Record<string, string[]>) =>
    answerJson(submission.reply({ fieldErrors, hideFields }), { status: 422 })
  const reading = readPublicKey(textOf(form.get('jwk')))
  if (!reading.ok && reading.why === 'private') return refuse({ jwk: [reading.says] })
  if (submission.status !== 'success')
    return answerJson(submission.reply({ hideFields }), { status: 400 })
  if (!reading.ok) return refuse({ jwk: [reading.says] })
  // A proof beside the key belongs to the key, so it wins over the proof field's older text.
  const proof = reading.proof ?? submission.value.proof
  if (proof === undefined) return refuse({ proof: ['Paste the proof.'] })
  const given = { jwk: reading.jwk, proof }
  const published = await actOnce(() => publishKey(ctx, by, slug, given))
  if (published.ok) return redirect(`/admin/issuers/${slug}?done=published`)
  if (published.code === 'not_found') throw new Response(null, { status: 404 })
  return refuse(publishRefusal(published.code, published.detail))
}

const textOf = (value: FormDataEntryValue | null): string =>
  typeof value === 'string' ? value : ''

function isPrivate(value: FormDataEntryValue | null): boolean {
  const reading = readPublicKey(textOf(value))
  return !reading.ok && reading.why === 'private'
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Publish a signing key') }]

export default function NewSigningKey() {
  const { constraint, ...shown } = useLoaderData<typeof loader>()
  const [form, { jwk, proof }] = useForm({
    lastResult: useActionData<typeof action>() ?? null,
    constraint,
  })
  return <PublishKeyPage {...shown} form={form} fields={{ jwk: jwk!, proof: proof! }} />
}
