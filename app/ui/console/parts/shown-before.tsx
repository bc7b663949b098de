import type { ReactNode } from 'react'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import { Warning } from './notice.tsx'
import { PageHead } from './page-head.tsx'

interface ShownBeforeProps {
  /** The thing that the page showed. */
  what: 'secret' | 'link' | 'recovery codes'
  /** The pages above this one, the highest first. */
  crumbs: { href: string; text: string }[]
  /** The words of the link to the last of them. */
  back: string
  /** The act that makes another one. */
  again?: { href: string; text: string }
  /** The way to go on without it. */
  children: ReactNode
}

/** Stands in the place of a page that has shown its secret: after a reload, or ten minutes late. */
export function ShownBefore({ what, crumbs, back, again, children }: ShownBeforeProps) {
  return (
    <>
      <PageHead
        title={`The ${what} can’t be shown again`}
        crumbs={crumbs.map(({ href, text }) => ({ href, text: <VisibleText text={text} /> }))}
      />
      <Warning>
        <p>
          This page shows the {what} once: when it first opens, within ten minutes. It was opened
          before, or too late. Opening it again changed nothing.
        </p>
      </Warning>
      <p>{children}</p>
      <p className="actions">
        {again === undefined ? null : (
          <a className="button" href={again.href}>
            {again.text}
          </a>
        )}
        <a className="button secondary" href={crumbs.at(-1)!.href}>
          {back}
        </a>
      </p>
    </>
  )
}
