import type { ReactNode } from 'react'
import { BrandMark } from './brand-mark.tsx'
import type { PageWords } from '../words/en.ts'

/** The parts that all pages share: the skip link, the name, the landmarks. */
export function SiteFrame({ words, children }: { words: PageWords; children: ReactNode }) {
  return (
    <>
      <a className="skip" href="#main">
        {words.frame.skip}
      </a>
      <header className="site-header">
        <a className="brand" href="/">
          <BrandMark />
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
