import type { ReactNode } from 'react'
import type { PageWords } from './words/en.ts'

/** What every page has in common: the skip link, the name, the landmarks. */
export function SiteFrame({ words, children }: { words: PageWords; children: ReactNode }) {
  return (
    <>
      <a className="skip" href="#main">
        {words.frame.skip}
      </a>
      <header className="site-header">
        <a className="brand" href="/">
          <svg viewBox="0 0 32 24" width="32" height="24" aria-hidden="true">
            <path className="brand-body" d="M11 1h18a2 2 0 0 1 2 2v18a2 2 0 0 1-2 2H11z" />
            <path className="brand-stub" d="M8 1H3a2 2 0 0 0-2 2v18a2 2 0 0 0 2 2h5z" />
            <path className="brand-mark" d="m16 12 4 4 7-8" />
          </svg>
          <span>{words.frame.name}</span>
        </a>
        <nav aria-label={words.frame.navigation}>
          <a href="/">{words.frame.check}</a>
          <a href="/docs">{words.frame.docs}</a>
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <footer className="site-footer">
        <p>{words.frame.footer}</p>
      </footer>
    </>
  )
}
