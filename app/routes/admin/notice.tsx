import type { MetaFunction } from '@remix-run/node'
import { AdminPage } from '../../ui/notice-pages.tsx'
import { en } from '../../ui/words/en.ts'

export const meta: MetaFunction = () => [
  { title: en.pageTitle(en.admin.title) },
  { name: 'robots', content: 'noindex' },
]

/** Where `manageUrl` leads, until somebody can sign in here. */
export default function Notice() {
  return <AdminPage words={en} />
}
