import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { RecoveryCodesPage } from '#app/ui/console/door/recovery-codes-pages.tsx'
import { ShownBefore } from '#app/ui/console/parts/shown-before.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { requireAdmin } from '../guard.ts'
import { statusOf, takeShown } from '../once.ts'

/** The only page that ever shows the codes. */
export async function loader(args: LoaderFunctionArgs) {
  const codes = await takeShown<string[]>(await requireAdmin(args, 'viewer'), args)
  const isFirst = new URL(args.request.url).searchParams.get('after') === 'second-factor'
  const script = args.context.scripts.copy ?? null
  return answerJson({ codes, isFirst, script }, { status: statusOf(codes) })
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('Your recovery codes') }]

export default function NewCodes() {
  const { codes, ...rest } = useLoaderData<typeof loader>()
  if (codes !== null) return <RecoveryCodesPage codes={codes} {...rest} />
  return (
    <ShownBefore
      what="recovery codes"
      back="To your account"
      crumbs={[{ href: '/admin/account', text: 'Your account' }]}
      again={{ href: '/admin/account/recovery-codes', text: 'Make new recovery codes' }}
    >
      Are they lost? Make new ones: the codes of before then stop working.
    </ShownBefore>
  )
}
