import { VerdictIcon } from './verdict-icon.tsx'
import type { PageWords } from './words/en.ts'

/** An address that leads nowhere: a way on, and no reproach. */
export function NowherePage({ words }: { words: PageWords }) {
  return (
    <div className="sheet">
      <section className="stub" data-verdict="not-found">
        <VerdictIcon verdict="not-found" />
        <h1>{words.nowhere.title}</h1>
        <p className="says">{words.nowhere.says}</p>
        <p>
          <a className="button" href="/">
            {words.nowhere.home}
          </a>
        </p>
      </section>
    </div>
  )
}

/** Where `manageUrl` leads: administration is by API. */
export function AdminPage({ words }: { words: PageWords }) {
  return (
    <div className="sheet">
      <section className="stub" data-verdict="not-found">
        <h1>{words.admin.title}</h1>
        <p className="says">{words.admin.says}</p>
        <p>
          <a className="button" href="/docs">
            {words.admin.docs}
          </a>
        </p>
      </section>
    </div>
  )
}

/** The portal could not answer. It says that about itself and nothing about the receipt. */
export function TroublePage({ words }: { words: PageWords }) {
  return (
    <div className="sheet">
      <section className="stub" data-verdict="cannot-check">
        <VerdictIcon verdict="cannot-check" />
        <h1>{words.trouble.title}</h1>
        <p className="says">{words.trouble.says}</p>
        <p>
          <a className="button" href="">
            {words.trouble.retry}
          </a>
        </p>
      </section>
    </div>
  )
}
