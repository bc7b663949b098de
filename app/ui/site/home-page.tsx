import type { PageWords } from '../words/en.ts'

export interface HomePageProps {
  words: PageWords
  /** The kind of an input, sent without JavaScript, that was neither a link nor an id. */
  unread: 'receipt' | 'bundle' | 'text' | null
  script: string | null
}

/**
 * Two boxes, of which one is shown: a plain form for a link or an id, or, once the script runs, a
 * box for any input. The second box has no name and no form, so its text can't be sent.
 */
export function HomePage({ words, unread, script }: HomePageProps) {
  const own = words.home
  return (
    <>
      <section className="hero" aria-labelledby="home">
        <h1 id="home">{own.title}</h1>
        <p className="lead">{own.lead}</p>
        {unread === null ? null : (
          <div className="notice" role="alert">
            <h2>{own.unread}</h2>
            <p>{unread === 'text' ? own.unreadLink : own.unreadReceipt}</p>
          </div>
        )}
        <form id="by-link" className="box" method="get" action="/">
          <label htmlFor="q">{own.linkLabel}</label>
          <input
            id="q"
            name="q"
            dir="ltr"
            maxLength={2000}
            autoComplete="off"
            spellCheck={false}
            required
            aria-describedby="q-hint"
          />
          <p id="q-hint" className="quiet">
            {own.linkHint}
          </p>
          <p className="actions">
            <button className="button">{own.check}</button>
          </p>
        </form>
        <div
          id="anything"
          className="box dropzone"
          hidden
          data-words={JSON.stringify(words.inBrowser)}
          data-locale={words.dateLocale}
          data-moment={words.moment('{date}', '{clock}')}
        >
          <label htmlFor="anything-text">{own.anythingLabel}</label>
          <textarea
            id="anything-text"
            rows={4}
            dir="auto"
            spellCheck={false}
            autoComplete="off"
            aria-describedby="anything-hint"
          />
          <p id="anything-hint" className="quiet">
            {own.anythingHint}
          </p>
          <p className="actions">
            <button type="button" id="anything-go" className="button">
              {own.check}
            </button>
            <label className="file-pick">
              <span>{own.file}</span>
              <input type="file" id="anything-file" />
            </label>
          </p>
          <div id="anything-result" role="status" />
        </div>
      </section>
      <section className="how" aria-labelledby="how">
        <h2 id="how">{own.how}</h2>
        <ol>
          {own.steps.map(({ title, says }) => (
            <li key={title}>
              <h3>{title}</h3>
              <p>{says}</p>
            </li>
          ))}
        </ol>
      </section>
      {script === null ? null : <script type="module" src={script} />}
    </>
  )
}
