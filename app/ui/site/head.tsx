import styles from '../app.css?url'

/** As a route's `meta` gives them. */
export type HeadEntry = { title: string } | { name: string; content: string }

/** The `<link>` elements of every page, drawn by us or by Remix. */
export const LINKS = [
  { rel: 'stylesheet', href: styles },
  { rel: 'icon', href: '/favicon.svg', type: 'image/svg+xml' },
]

/** Title, descriptions and links of a public page. */
export function Head({ entries }: { entries: HeadEntry[] }) {
  return (
    <>
      {entries.map((entry) =>
        'title' in entry ? (
          <title key="title">{entry.title}</title>
        ) : (
          <meta key={entry.name} name={entry.name} content={entry.content} />
        ),
      )}
      {LINKS.map((link) => (
        <link key={link.rel} {...link} />
      ))}
    </>
  )
}
