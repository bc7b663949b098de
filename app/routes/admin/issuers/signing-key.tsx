import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { listHistory } from '#app/services/audit/list-history.ts'
import { SigningKeyPage } from '#app/ui/console/issuers/signing-key-page.tsx'
import { en } from '#app/ui/words/en.ts'
import { needSigningKey } from './find-keys.ts'
import { requireAdmin } from '../guard.ts'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAdmin(args, 'viewer')
  const { key } = await needSigningKey(ctx, args.params)
  const { compromisedSince, kid } = key
  const cut = compromisedSince === null ? null : new Date(compromisedSince)
  const [{ issuer, before, after }, history] = await Promise.all([
    needSigningKey(ctx, args.params, cut),
    listHistory(ctx, kid),
  ])
  const done = new URL(args.request.url).searchParams.get('done')
  const script = args.context.scripts.copy ?? null
  return { issuer, signingKey: key, before, after, history, done, script }
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Signing key') }]

export default function SigningKey() {
  return <SigningKeyPage {...useLoaderData<typeof loader>()} />
}
