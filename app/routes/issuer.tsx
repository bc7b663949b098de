import type { MetaFunction } from '@remix-run/node'
import { findPublicIssuer, type IssuerView } from '#app/services/issuers/find-issuer.ts'
import type { PageArgs } from '#app/web/page-context.ts'
import { IssuerPage } from '../ui/site/issuer-page.tsx'
import { en } from '../ui/words/en.ts'

export async function loader({ params, context }: PageArgs): Promise<IssuerView> {
  const issuer = await findPublicIssuer(context.ctx, params.slug ?? '')
  if (issuer === null) throw new Response(null, { status: 404 })
  return issuer
}

export const meta: MetaFunction = ({ data }) => [
  { title: en.pageTitle(en.issuer.title((data as IssuerView).name)) },
]

export default function IssuerRoute({ loaderData }: { loaderData: IssuerView }) {
  return <IssuerPage words={en} issuer={loaderData} />
}
