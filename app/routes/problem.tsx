import type { MetaFunction } from '@remix-run/node'
import type { PageArgs } from '#app/web/page-context.ts'
import { PROBLEMS } from '#app/web/problem.ts'
import { ProblemPage, type Problem } from '../ui/site/problem-pages.tsx'
import { en } from '../ui/words/en.ts'

const SHOWN = new Map<string, Problem>(
  Object.entries(PROBLEMS).map(([code, { status, title, help }]) => [
    code,
    { code, status, title, help },
  ]),
)

export function loader({ params }: PageArgs): Problem {
  const problem = SHOWN.get(params.code ?? '')
  if (problem === undefined) throw new Response(null, { status: 404 })
  return problem
}

export const meta: MetaFunction = ({ data }) => [
  { title: en.pageTitle(en.problems.pageTitle((data as Problem).code)) },
]

export default function ProblemRoute({ loaderData }: { loaderData: Problem }) {
  return <ProblemPage words={en} problem={loaderData} />
}
