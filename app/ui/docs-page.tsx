import type { DocField, DocOperation, DocShape } from './openapi.ts'
import { Prose } from './prose.tsx'
import type { PageWords } from './words/en.ts'

interface DocsPageProps {
  words: PageWords
  operations: readonly DocOperation[]
  schemas: readonly { name: string; type: string; fields: DocField[] }[]
}

/** The API reference, drawn from the document itself: it can't say anything the routes don't. */
export function DocsPage({ words, operations, schemas }: DocsPageProps) {
  const own = words.docs
  return (
    <article className="sheet docs">
      <section className="stub plain">
        <h1>{own.title}</h1>
        <p className="says">{own.lead}</p>
        <p className="actions">
          <a className="button secondary" href="/openapi.json">
            {own.download}
          </a>
          <a href="/problems">{own.problems}</a>
        </p>
      </section>
      <nav aria-label={own.contents}>
        <ul className="plain-list">
          {operations.map(({ id, method, path }) => (
            <li key={id}>
              <a href={`#${id}`}>
                <code>
                  {method} {path}
                </code>
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {operations.map((operation) => (
        <Operation key={operation.id} words={words} operation={operation} />
      ))}
      {schemas.length === 0 ? null : (
        <section aria-labelledby="schemas">
          <h2 id="schemas">{own.schemas}</h2>
          {schemas.map(({ name, type, fields }) => (
            <div key={name} className="shape">
              <h3 id={`shape-${name}`}>
                <code>{name}</code>
              </h3>
              {fields.length === 0 ? <p className="quiet">{type}</p> : null}
              <Fields words={words} fields={fields} />
            </div>
          ))}
        </section>
      )}
    </article>
  )
}

function Operation({ words, operation }: { words: PageWords; operation: DocOperation }) {
  const own = words.docs
  const { id, method, path, summary, description, parameters, body, answers } = operation
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        <code className="method">{method}</code> <code>{path}</code>
      </h2>
      {summary === '' ? null : (
        <p>
          <Prose text={summary} />
        </p>
      )}
      {description === '' ? null : (
        <p className="quiet">
          <Prose text={description} />
        </p>
      )}
      {parameters.length === 0 ? null : <h3>{own.parameters}</h3>}
      <Fields words={words} fields={parameters} />
      {body.length === 0 ? null : <h3>{own.body}</h3>}
      <Shapes words={words} shapes={body} />
      <h3>{own.answers}</h3>
      <dl className="facts">
        {answers.map((answer) => (
          <div key={answer.status}>
            <dt>
              <code>{answer.status}</code>
            </dt>
            <dd>
              <Prose text={answer.description} />
              <Shapes words={words} shapes={answer.shapes} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Shapes({ words, shapes }: { words: PageWords; shapes: readonly DocShape[] }) {
  return shapes.map(({ mediaType, type, fields }) => (
    <div key={mediaType}>
      <p className="quiet">
        <code>{mediaType}</code> {type}
      </p>
      <Fields words={words} fields={fields} />
    </div>
  ))
}

function Fields({ words, fields }: { words: PageWords; fields: readonly DocField[] }) {
  if (fields.length === 0) return null
  return (
    <ul className="fields">
      {fields.map(({ name, type, required, description }) => (
        <li key={name}>
          <code>{name}</code> <span className="type">{type}</span>{' '}
          <span className="quiet">{required ? words.docs.required : words.docs.optional}</span>{' '}
          <Prose text={description} />
        </li>
      ))}
    </ul>
  )
}
