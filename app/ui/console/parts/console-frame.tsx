import { createContext, useContext, type ReactNode } from 'react'
import type { AdminRole } from '#app/services/door/session.ts'
import { BrandMark } from '#app/ui/site/brand-mark.tsx'

export interface ConsoleSession {
  name: string
  role: AdminRole
  csrf: string
  /** The id of this drawing of the page, for forms that are carried out once. */
  form: string
}

const SessionContext = createContext<ConsoleSession | null>(null)

/** The reader's session. Null on the sign-in pages, which are outside the console's frame. */
export const useSession = (): ConsoleSession | null => useContext(SessionContext)

/** The token in every form, which another site can't know. */
export function CsrfField() {
  const session = useSession()
  return session === null ? null : <input type="hidden" name="csrf" value={session.csrf} />
}

/**
 * The fields of a form that is carried out once, however often it is sent. `seen` is the mark of the
 * secret that the form replaces.
 */
export function OnceFields({ seen }: { seen?: string }) {
  const session = useSession()
  if (session === null) return null
  return (
    <>
      <input type="hidden" name="form" value={session.form} />
      {seen === undefined ? null : <input type="hidden" name="seen" value={seen} />}
    </>
  )
}

const PLACES = [
  { href: '/admin', text: 'Overview' },
  { href: '/admin/issuers', text: 'Issuers' },
  { href: '/admin/api-keys', text: 'API keys' },
  { href: '/admin/receipts', text: 'Receipts' },
  { href: '/admin/alerts', text: 'Alerts' },
  { href: '/admin/audit', text: 'Audit' },
]
const OWNERS_PLACES = [{ href: '/admin/people', text: 'People' }]

interface FrameProps {
  session: ConsoleSession
  /** The page's path, which marks its link in the navigation. */
  path: string
  children: ReactNode
}

/** The frame around every page of the console. */
export function ConsoleFrame({ session, path, children }: FrameProps) {
  const places = [...PLACES, ...(session.role === 'owner' ? OWNERS_PLACES : [])]
  const isHere = (href: string) =>
    href === '/admin' ? path === href : path === href || path.startsWith(`${href}/`)
  return (
    <SessionContext.Provider value={session}>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="console-header">
        <a className="brand" href="/admin">
          <BrandMark />
          <span>Counterfoil</span>
        </a>
        <nav className="console-nav" aria-label="Console">
          {places.map(({ href, text }) => (
            <a key={href} href={href} aria-current={isHere(href) ? 'page' : undefined}>
              {text}
            </a>
          ))}
        </nav>
        <div className="console-who">
          <a href="/admin/account" aria-current={isHere('/admin/account') ? 'page' : undefined}>
            {session.name}
          </a>
          <span className="badge">{session.role}</span>
          <form method="post" action="/admin/sign-out">
            <CsrfField />
            <button className="link-button" type="submit">
              Sign out
            </button>
          </form>
        </div>
      </header>
      <main id="main" className="console-main" tabIndex={-1}>
        {children}
      </main>
    </SessionContext.Provider>
  )
}
