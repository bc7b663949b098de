import { useRouteError } from '@remix-run/react'
import { consoleNotice } from '../../ui/console/refusals.ts'
import { NoticePage } from '../../ui/notice-pages.tsx'
import { SiteFrame } from '../../ui/site-frame.tsx'
import { en } from '../../ui/words/en.ts'

/** In the site's frame: the console's own would need the data that may be what is missing. */
export function ErrorBoundary() {
  return (
    <SiteFrame words={en}>
      <NoticePage notice={consoleNotice(useRouteError())} />
    </SiteFrame>
  )
}
