import type { ReactNode } from 'react'
import { lookUp } from './look-up.ts'
import { sayTime } from './say.ts'

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'quiet'

/** The confirmation after a form, which screen readers say at once. */
export function Done({ children }: { children: ReactNode }) {
  return (
    <div className="notice" data-tone="good" role="status">
      {children}
    </div>
  )
}

/** The confirmation for the address's `done`, if this page has one for it. */
export function DoneNotice({ done, says }: { done: string | null; says: Record<string, string> }) {
  const text = lookUp(says, done)
  return text === undefined ? null : <Done>{text}</Done>
}

/** A notice that a reader needs before going on. */
export function Warning({ children, tone = 'warn' }: { children: ReactNode; tone?: Tone }) {
  return (
    <div className="notice" data-tone={tone}>
      {children}
    </div>
  )
}

/** Stands in place of an empty list: the list's purpose and the first step. */
export function Empty({
  title,
  says,
  action,
}: {
  title: string
  says: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      <p>{says}</p>
      {action === undefined ? null : <p className="actions">{action}</p>}
    </div>
  )
}

/** A state in a word, because not every reader sees its colour. */
export function Badge({ tone = 'quiet', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className="badge" data-tone={tone}>
      {children}
    </span>
  )
}

interface TimeTextProps {
  at: string | null
  none?: string
  toTheSecond?: boolean
}

/** `3 Nov 2026, 14:02 UTC`; null as `none`. */
export function TimeText({ at, none = '–', toTheSecond = false }: TimeTextProps) {
  if (at === null) return <>{none}</>
  return <time dateTime={at}>{sayTime(at, { toTheSecond })}</time>
}
