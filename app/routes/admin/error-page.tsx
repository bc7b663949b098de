import { useRouteError } from '@remix-run/react'
import { consoleNotice } from '#app/ui/console/parts/refusals.ts'
import { NoticePage } from '#app/ui/site/notice-pages.tsx'
import { SiteFrame } from '#app/ui/site/site-frame.tsx'
import { en } from '#app/ui/words/en.ts'

/** Stands in the site's frame, because the console's frame needs data that may be missing. */
export function ErrorBoundary() {
  return (
    <SiteFrame words={en}>
      <NoticePage notice={consoleNotice(useRouteError())} />
    </SiteFrame>
  )
}
