import type { MetaFunction } from '@remix-run/node'
import { PROBLEMS } from '#app/web/problem.ts'
import { ProblemIndex } from '../ui/site/problem-pages.tsx'
import { en } from '../ui/words/en.ts'

const SHOWN = Object.entries(PROBLEMS).map(([code, { status, title }]) => ({ code, status, title }))

export const loader = (): typeof SHOWN => SHOWN

export const meta: MetaFunction = () => [{ title: en.pageTitle(en.problems.title) }]

export default function Problems({ loaderData }: { loaderData: typeof SHOWN }) {
  return <ProblemIndex words={en} problems={loaderData} />
}
