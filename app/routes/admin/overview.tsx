import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { PROBLEMS } from '#app/web/problem.ts'
import { findAdmin } from '#app/services/people/change-people.ts'
import { readOverview } from '#app/services/overview/read-overview.ts'
import { OverviewPage } from '#app/ui/console/overview/overview-page.tsx'
import { en } from '#app/ui/words/en.ts'
import { requireAdmin } from './guard.ts'

const titles = new Map<string, string>(
  Object.entries(PROBLEMS).map(([code, { title }]) => [code, title]),
)

export async function loader(args: LoaderFunctionArgs) {
  const { ctx, admin } = await requireAdmin(args, 'viewer')
  const [overview, person] = await Promise.all([readOverview(ctx), findAdmin(ctx, admin.id)])
  const hasPasswordAlone = person?.secondFactor === false && person.passkeys === 0
  return {
    ...overview,
    refusals: overview.refusals.map((row) => ({ ...row, title: titles.get(row.code) ?? row.code })),
    publicUrl: ctx.config.publicUrl,
    isOwnerByPasswordAlone: admin.role === 'owner' && hasPasswordAlone,
  }
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Overview') }]

export default function Overview() {
  return <OverviewPage overview={useLoaderData<typeof loader>()} />
}
