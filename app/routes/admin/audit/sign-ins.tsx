import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { SignInList } from '#app/ui/console/audit/sign-in-list.tsx'
import { en } from '#app/ui/words/en.ts'
import { readAuditPage } from './audit-search.ts'
import { requireAdmin } from '../guard.ts'

export async function loader(args: LoaderFunctionArgs) {
  const { ctx } = await requireAdmin(args, 'viewer')
  return readAuditPage(ctx, new URL(args.request.url).searchParams, 'access')
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Sign-ins') }]

export default function SignIns() {
  return <SignInList {...useLoaderData<typeof loader>()} />
}
