import type { LoaderFunctionArgs } from '@remix-run/node'
import { AdminPage } from '../../ui/notice-pages.tsx'
import { en } from '../../ui/words/en.ts'
import { requireAdmin } from './guard.ts'

export async function loader(args: LoaderFunctionArgs) {
  await requireAdmin(args, 'viewer')
  return null
}

export default function Overview() {
  return <AdminPage words={en} />
}
