import type { ReactNode } from 'react'
import { lookUp } from './look-up.ts'

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

/** `3 Nov 2026, 14:02 UTC`; null as `none`. */
export function TimeText({ at, none = '–' }: { at: string | null; none?: string }) {
  if (at === null) return <>{none}</>
  const date = new Date(at)
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''} ${date.getUTCFullYear()}`
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())} UTC`
  return (
    <time dateTime={at}>
      {day}, {time}
    </time>
  )
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const two = (value: number): string => String(value).padStart(2, '0')
