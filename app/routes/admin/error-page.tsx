import { useRouteError } from '@remix-run/react'
import { lookUp } from '../../ui/console/look-up.ts'
import { REFUSALS } from '../../ui/console/refusals.ts'
import { noticeFor, NoticePage } from '../../ui/notice-pages.tsx'
import { SiteFrame } from '../../ui/site-frame.tsx'
import { en } from '../../ui/words/en.ts'

/** In the site's frame: the console's own would need the data that may be what is missing. */
export function ErrorBoundary() {
  const error = useRouteError()
  const refusal = lookUp(REFUSALS, String((error as { data?: unknown } | null)?.data))
  const notice =
    refusal === undefined
      ? noticeFor(error, en)
      : { verdict: 'not-found' as const, ...refusal, action: 'To the console', href: '/admin' }
  return (
    <SiteFrame words={en}>
      <NoticePage notice={notice} />
    </SiteFrame>
  )
}
