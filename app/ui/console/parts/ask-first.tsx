import type { ReactNode } from 'react'

interface AskFirstProps {
  /** The act's name, as its button has it. */
  act: string
  /** The effect of the act. */
  says: string
  /** The class of the summary that opens the box. */
  className: string
  /** The form with the act's button. */
  children: ReactNode
}

/**
 * States the effect of an act that ends something, before its button; closing the box does nothing.
 */
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
