import { useRouteError } from '@remix-run/react'
import { consoleNotice } from '#app/ui/console/parts/refusals.ts'
import { NoticePage } from '#app/ui/site/notice-pages.tsx'
import { SiteFrame } from '#app/ui/site/site-frame.tsx'
import { en } from '#app/ui/words/en.ts'

/** In the site's frame: the console's own would need the data that may be what is missing. */
export function ErrorBoundary() {
  return (
    <SiteFrame words={en}>
      <NoticePage notice={consoleNotice(useRouteError())} />
    </SiteFrame>
  )
}
