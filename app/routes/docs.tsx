import { type HeadersFunction, type LoaderFunctionArgs, type MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { answerJson } from './answer-json.ts'
import { DocsPage } from '../ui/site/docs-page.tsx'
import { readOperations, readSchemas } from '../ui/site/openapi.ts'
import { en } from '../ui/words/en.ts'

export function loader({ context: { openapi } }: LoaderFunctionArgs) {
  const shown = { operations: readOperations(openapi), schemas: readSchemas(openapi) }
  return answerJson(shown, { headers: { 'Cache-Control': 'public, max-age=300' } })
}

export const headers: HeadersFunction = ({ loaderHeaders }) => loaderHeaders

export const meta: MetaFunction = () => [{ title: en.pageTitle(en.docs.title) }]

export default function Docs() {
  return <DocsPage words={en} {...useLoaderData<typeof loader>()} />
}
