import { redirect, type MetaFunction } from '@remix-run/node'
import { once } from '#app/web/finished.ts'
import type { PageArgs } from '#app/web/page-context.ts'
import { readAnything } from '../ui/browser/read-anything.ts'
import { HomePage, type HomePageProps } from '../ui/site/home-page.tsx'
import { en } from '../ui/words/en.ts'

type Shown = Omit<HomePageProps, 'words'>

/** One object for each form of the page, so that each form is drawn once. */
const shownWith = once((scripts: Record<string, string>) => {
  const script = scripts.home ?? null
  return {
    nothing: { unread: null, script },
    receipt: { unread: 'receipt', script },
    bundle: { unread: 'bundle', script },
    text: { unread: 'text', script },
  } satisfies Record<string, Shown>
})

/** `?q=` comes from a browser without JavaScript; with it, the input stays in the browser. */
export function loader({ request, context: { scripts } }: PageArgs): Shown | Response {
  const asked = new URL(request.url).searchParams.get('q')
  const read = asked === null ? null : readAnything(asked)
  if (read?.kind === 'id' || read?.kind === 'link') return redirect(`/r/${read.receiptId}`)
  const shown = shownWith(scripts)
  if (read === null) return shown.nothing
  const isNearlyId = read.kind === 'wrong-length' || read.kind === 'wrong-character'
  return isNearlyId ? shown.text : shown[read.kind]
}

export const meta: MetaFunction = () => [
  { title: en.pageTitle(en.home.title) },
  { name: 'description', content: en.home.description },
]

export default function Home({ loaderData }: { loaderData: Shown }) {
  return <HomePage words={en} {...loaderData} />
}
