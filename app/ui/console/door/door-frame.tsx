import type { ReactNode } from 'react'
import { BrandMark } from '#app/ui/site/brand-mark.tsx'

/** Around the pages that let somebody in: one thing to do, and nothing to wander off to. */
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

/** Between two ways that lead to the same. */
export const Or = () => (
  <p className="door-or" data-passkey-only hidden>
    <span>or</span>
  </p>
)
