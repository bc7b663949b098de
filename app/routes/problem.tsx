import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { PROBLEMS } from '#app/web/problem.ts'
import { ProblemPage, type Problem } from '../ui/site/problem-pages.tsx'
import { en } from '../ui/words/en.ts'

export function loader({ params }: LoaderFunctionArgs): Problem {
  const code = params.code ?? ''
  const problem = new Map(Object.entries(PROBLEMS)).get(code)
  if (problem === undefined) throw new Response(null, { status: 404 })
  const { status, title, help } = problem
  return { code, status, title, help }
}

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: en.pageTitle(en.problems.pageTitle(data?.code ?? '')) },
]

export default function ProblemRoute() {
  return <ProblemPage words={en} problem={useLoaderData<typeof loader>()} />
}
