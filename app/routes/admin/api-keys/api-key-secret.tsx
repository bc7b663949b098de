import type { LoaderFunctionArgs, MetaFunction } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import type { ApiKeyWithSecret } from '#app/services/api-keys/api-key-view.ts'
import { ApiKeySecretPage } from '#app/ui/console/api-keys/api-key-secret.tsx'
import { ShownBefore } from '#app/ui/console/parts/shown-before.tsx'
import { en } from '#app/ui/words/en.ts'
import { answerJson } from '#app/routes/answer-json.ts'
import { canPost, canSign, needApiKey } from './find-api-key.ts'
import { requireAdmin } from '../guard.ts'
import { statusOf, takeShown } from '../once.ts'

/** The only page that ever shows the secret. */
export async function loader(args: LoaderFunctionArgs) {
  const signed = await requireAdmin(args, 'admin')
  const { ctx } = signed
  const { id, name, issuer, scopes, state } = await needApiKey(ctx, args.params.id)
  const shown = await takeShown<ApiKeyWithSecret>(signed, args)
  const data = {
    apiKey: { id, name, isRevoked: state === 'revoked' },
    shown,
    isRotated: new URL(args.request.url).searchParams.get('after') === 'rotation',
    canSign: await canSign(ctx, issuer),
    canPost: canPost({ scopes }),
    portal: ctx.config.publicUrl,
    script: args.context.scripts.copy ?? null,
  }
  return answerJson(data, { status: statusOf(shown) })
}

export const meta: MetaFunction = () => [{ title: en.pageTitle('The secret of an API key') }]

export default function ApiKeySecret() {
  const { apiKey, shown, ...rest } = useLoaderData<typeof loader>()
  if (shown !== null) return <ApiKeySecretPage apiKey={shown} {...rest} />
  const page = `/admin/api-keys/${apiKey.id}`
  return (
    <ShownBefore
      what="secret"
      back="To the API key"
      crumbs={[
        { href: '/admin/api-keys', text: 'API keys' },
        { href: page, text: apiKey.name },
      ]}
      {...(apiKey.isRevoked
        ? {}
        : { again: { href: `${page}/rotate`, text: 'Rotate the API key' } })}
    >
      {apiKey.isRevoked
        ? 'The API key is revoked by now, so nobody needs its secret.'
        : 'It goes on working. Is it lost? Rotate the API key: that makes a new secret, and this one can work beside it until the overlap ends.'}
    </ShownBefore>
  )
}
