import { useForm } from '@conform-to/react'
import { getZodConstraint, parseWithZod } from '@conform-to/zod/v4'
import type { ActionFunctionArgs, LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { createApiKey } from '#app/services/api-keys/create-api-key.ts'
import { SCOPES_BY_DEFAULT } from '#app/services/api-keys/scopes.ts'
import { listIssuers } from '#app/services/issuers/list-issuers.ts'
import { PAGE_ITEMS_MAX } from '#app/services/outcome.ts'
import { NewApiKeyPage } from '#app/ui/console/api-keys/api-key-form.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { requireAct } from '../guard.ts'
import { showOnce } from '../once.ts'
import { endOfDay, newApiKey as schema } from './forms.ts'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAct(args, 'api-keys/new')
  const issuer = new URL(args.request.url).searchParams.get('issuer') ?? ''
  const { items, next } = await listIssuers(ctx, { after: null, limit: PAGE_ITEMS_MAX })
  return {
    issuers: next === null ? items.map(({ slug, name }) => ({ slug, name })) : null,
    issuer: issuer === '' && items.length === 1 ? items[0]!.slug : issuer,
    scopes: SCOPES_BY_DEFAULT,
    constraint: getZodConstraint(schema),
  }
}

export async function action(args: ActionFunctionArgs) {
  const signed = await requireAct(args, 'api-keys/new')
  const { ctx, by, form } = signed
  const submission = parseWithZod(form, { schema })
  if (submission.status !== 'success') return answerJson(submission.reply(), { status: 400 })
  const { issuer, cap = null, ratePerSecond = null, expiresOn, ...given } = submission.value
  const values = { ...given, cap, ratePerSecond, expiresAt: endOfDay(expiresOn) }
  const created = await showOnce(
    signed,
    () => createApiKey(ctx, by, issuer, values),
    (id) => `/admin/api-keys/${id}/secret/:once`,
  )
  if (created.ok) return created.value
  const fieldErrors: Record<string, string[]> =
    created.code === 'not_found'
      ? { issuer: ['There is no issuer with this slug.'] }
      : { expiresOn: ['This day is over already.'] }
  return answerJson(submission.reply({ fieldErrors }), { status: 422 })
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Create an API key') }]

export default function NewApiKey() {
  const { issuers, issuer, scopes, constraint } = useLoaderData<typeof loader>()
  const [form, fields] = useForm<Record<string, unknown>>({
    lastResult: useActionData<typeof action>() ?? null,
    constraint,
    defaultValue: { issuer, mode: 'live', scopes: scopes[0] },
  })
  const cancel = issuer === '' ? '/admin/api-keys' : `/admin/issuers/${encodeURIComponent(issuer)}`
  return (
    <NewApiKeyPage
      issuers={issuers}
      cancel={cancel}
      form={form}
      fields={{
        issuer: fields.issuer!,
        name: fields.name!,
        mode: fields.mode!,
        scopes: fields.scopes!,
        cap: fields.cap!,
        ratePerSecond: fields.ratePerSecond!,
        expiresOn: fields.expiresOn!,
      }}
    />
  )
}
