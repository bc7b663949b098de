import { redirect, type LoaderFunctionArgs, type MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { readAnything } from '../ui/browser/read-anything.ts'
import { HomePage } from '../ui/site/home-page.tsx'
import { en } from '../ui/words/en.ts'

/** `?q=` is the form of a browser without JavaScript; with it, nothing is sent to be read. */
export function loader({ request, context }: LoaderFunctionArgs) {
  const asked = new URL(request.url).searchParams.get('q')
  const read = asked === null ? null : readAnything(asked)
  if (read?.kind === 'id' || read?.kind === 'link') return redirect(`/r/${read.receiptId}`)
  const unread =
    read === null || read.kind === 'nothing'
      ? null
      : read.kind === 'wrong-length'
        ? ('text' as const)
        : read.kind
  return { unread, script: context.scripts.home ?? null }
}

export const meta: MetaFunction = () => [
  { title: en.pageTitle(en.home.title) },
  { name: 'description', content: en.home.description },
]

export default function Home() {
  return <HomePage words={en} {...useLoaderData<typeof loader>()} />
}
