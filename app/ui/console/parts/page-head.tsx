import type { ReactNode } from 'react'

interface PageHeadProps {
  title: ReactNode
  lead?: ReactNode
  /** The pages above this one, the highest first. */
  crumbs?: { href: string; text: ReactNode }[]
  /** Links and buttons at the end of the line. */
  actions?: ReactNode
}

export function PageHead({ title, lead, crumbs = [], actions }: PageHeadProps) {
  return (
    <div className="page-head">
      {crumbs.length === 0 ? null : (
        <nav className="crumbs" aria-label="You are here">
          <ol>
            {crumbs.map(({ href, text }) => (
              <li key={href}>
                <a href={href}>{text}</a>
              </li>
            ))}
          </ol>
        </nav>
      )}
      <div className="page-title">
        <h1>{title}</h1>
        {actions === undefined ? null : <div className="page-actions">{actions}</div>}
      </div>
      {lead === undefined ? null : <p className="lead">{lead}</p>}
    </div>
  )
}
