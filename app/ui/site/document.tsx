import type { ReactNode } from 'react'
import { SiteFrame } from './site-frame.tsx'
import type { PageWords } from '../words/en.ts'

interface DocumentProps {
  words: PageWords
  /** Title, descriptions and styles. */
  head: ReactNode
  /** Whether the children bring their own frame. */
  hasFrame?: boolean
  children: ReactNode
}

/** The HTML document around a page, which loads only the scripts that the page names. */
export function Document({ words, head, hasFrame = false, children }: DocumentProps) {
  return (
    <html lang={words.lang} dir={words.dir}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="same-origin" />
        <meta name="color-scheme" content="light dark" />
        {head}
      </head>
      <body>{hasFrame ? children : <SiteFrame words={words}>{children}</SiteFrame>}</body>
    </html>
  )
}
