import type { ReactNode } from 'react'

interface AskFirstProps {
  /** The act's name, as on its button. */
  act: string
  /** What will happen. */
  says: string
  /** How what opens it looks. */
  className: string
  /** The form with the button that does it. */
  children: ReactNode
}

/** An act that ends something says first what it will do; closed again, nothing was done. */
export function AskFirst({ act, says, className, children }: AskFirstProps) {
  return (
    <details className="ask-first">
      <summary className={className}>{act}…</summary>
      <div className="ask-first-opened">
        <p>{says}</p>
        {children}
      </div>
    </details>
  )
}
