import type { MetaFunction } from '@remix-run/node'
import { AdminPage } from '../ui/notice-pages.tsx'
import { en } from '../ui/words/en.ts'

export const meta: MetaFunction = () => [
  { title: en.pageTitle(en.admin.title) },
  { name: 'robots', content: 'noindex' },
]

export default function Admin() {
  return <AdminPage words={en} />
}
