import type { MetaFunction } from '@remix-run/node'
import { once } from '#app/web/finished.ts'
import type { PageArgs } from '#app/web/page-context.ts'
import { DocsPage } from '../ui/site/docs-page.tsx'
import { readOperations, readSchemas } from '../ui/site/openapi.ts'
import { en } from '../ui/words/en.ts'

const readDocument = once((openapi: object) => ({
  operations: readOperations(openapi),
  schemas: readSchemas(openapi),
}))

type Shown = ReturnType<typeof readDocument>

export const loader = ({ context }: PageArgs): Shown => readDocument(context.openapi)

export const meta: MetaFunction = () => [{ title: en.pageTitle(en.docs.title) }]

export default function Docs({ loaderData }: { loaderData: Shown }) {
  return <DocsPage words={en} {...loaderData} />
}
