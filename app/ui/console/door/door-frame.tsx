import type { ReactNode } from 'react'
import { BrandMark } from '#app/ui/site/brand-mark.tsx'

/** The frame of the sign-in pages: each page has one task and no way elsewhere. */
export function DoorFrame({ children }: { children: ReactNode }) {
  return (
    <div className="door">
      <header>
        <a className="brand" href="/">
          <BrandMark />
          <span>Counterfoil</span>
        </a>
      </header>
      <main id="main" className="panel">
        {children}
      </main>
    </div>
  )
}

/** Separates two forms that do the same. */
export const Or = () => (
  <p className="door-or" data-passkey-only hidden>
    <span>or</span>
  </p>
)
