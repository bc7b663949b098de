import type { ReactNode } from 'react'
import { lookUp } from './look-up.ts'
import { sayTime } from './say.ts'

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'quiet'

/** That something was done: after a form. Screen readers say it at once. */
export function Done({ children }: { children: ReactNode }) {
  return (
    <div className="notice" data-tone="good" role="status">
      {children}
    </div>
  )
}

/** What the address says was done, of what this page can say. */
export function DoneNotice({ done, says }: { done: string | null; says: Record<string, string> }) {
  const text = lookUp(says, done)
  return text === undefined ? null : <Done>{text}</Done>
}

/** What has to be known before going on. */
export function Warning({ children, tone = 'warn' }: { children: ReactNode; tone?: Tone }) {
  return (
    <div className="notice" data-tone={tone}>
      {children}
    </div>
  )
}

/** Where there is nothing yet: what this is for, and what to do first. */
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

/** A state in a word; its colour is never all that says it. */
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
