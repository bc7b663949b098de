import type { LoaderFunctionArgs } from '@remix-run/node'
import { requireAdmin } from './guard.ts'

/** The sign-in comes first, so that strangers can't probe which addresses exist. */
export async function loader(args: LoaderFunctionArgs): Promise<never> {
  await requireAdmin(args, 'viewer')
  throw new Response(null, { status: 404 })
}

export default function Nowhere() {
  return null
}
