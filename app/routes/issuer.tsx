import { type HeadersFunction, type LoaderFunctionArgs, type MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { findIssuer } from '#app/services/issuers/find-issuer.ts'
import { answerJson } from './answer-json.ts'
import { IssuerPage } from '../ui/site/issuer-page.tsx'
import { en } from '../ui/words/en.ts'

export async function loader({ params, context }: LoaderFunctionArgs) {
  const issuer = await findIssuer(context.ctx, params.slug ?? '')
  if (issuer === null) throw new Response(null, { status: 404 })
  return answerJson({ issuer }, { headers: { 'Cache-Control': 'public, max-age=5' } })
}

export const headers: HeadersFunction = ({ loaderHeaders }) => loaderHeaders

export const meta: MetaFunction<typeof loader> = ({ data }) =>
  data
    ? [{ title: en.pageTitle(en.issuer.title(data.issuer.name)) }]
    : [{ title: en.nowhere.title }]

export default function IssuerRoute() {
  return <IssuerPage words={en} issuer={useLoaderData<typeof loader>().issuer} />
}
