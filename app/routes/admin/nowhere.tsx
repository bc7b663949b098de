import type { LoaderFunctionArgs } from '@remix-run/node'
import { requireAdmin } from './guard.ts'

/** Who isn't signed in learns at the door, not here, which addresses there are. */
export async function loader(args: LoaderFunctionArgs): Promise<never> {
  await requireAdmin(args, 'viewer')
  throw new Response(null, { status: 404 })
}

export default function Nowhere() {
  return null
}
