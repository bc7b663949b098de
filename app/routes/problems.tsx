import type { MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { PROBLEMS } from '#app/web/problem.ts'
import { ProblemIndex } from '../ui/site/problem-pages.tsx'
import { en } from '../ui/words/en.ts'

export function loader() {
  return Object.entries(PROBLEMS).map(([code, { status, title }]) => ({ code, status, title }))
}

export const meta: MetaFunction = () => [{ title: en.pageTitle(en.problems.title) }]

export default function Problems() {
  return <ProblemIndex words={en} problems={useLoaderData<typeof loader>()} />
}
