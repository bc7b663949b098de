import { AREAS, areaOf, type DocField, type DocOperation, type DocShape } from './openapi.ts'
import { Prose } from './prose.tsx'
import type { PageWords } from '../words/en.ts'

interface DocsPageProps {
  words: PageWords
  operations: readonly DocOperation[]
  schemas: readonly { name: string; type: string; fields: DocField[] }[]
}

/** The API reference, drawn from the OpenAPI document, so that it agrees with the routes. */
export function DocsPage({ words, operations, schemas }: DocsPageProps) {
  const own = words.docs
  const named = new Set(schemas.map(({ name }) => name))
  return (
    <article className="sheet docs">
      <section className="stub plain">
        <h1>{own.title}</h1>
        <p className="says">
          <Prose text={own.lead} />
        </p>
        <p className="actions">
          <a className="button secondary" href="/openapi.json">
            {own.download}
          </a>
          <a href="/problems">{own.problems}</a>
        </p>
      </section>
      <FirstPost words={words} />
      <Contents words={words} operations={operations} schemas={schemas} />
      {inAreas(operations).map((operation) => (
        <Operation key={operation.id} words={words} operation={operation} named={named} />
      ))}
      {schemas.length === 0 ? null : <Schemas words={words} schemas={schemas} named={named} />}
    </article>
  )
}

function FirstPost({ words: { docs: own } }: Pick<DocsPageProps, 'words'>) {
  return (
    <section aria-labelledby="first-post">
      <h2 id="first-post">{own.firstPost}</h2>
      <p>
        <Prose text={own.firstPostSays} />
      </p>
      <pre>{own.firstPostShell}</pre>
      <p>
        <Prose text={own.firstPostAnswer} />
      </p>
      <pre>{own.firstPostJson}</pre>
      <p>
        <Prose text={own.format} />
      </p>
    </section>
  )
}

function Contents({ words: { docs: own }, operations, schemas }: DocsPageProps) {
  return (
    <nav className="contents" aria-label={own.contents}>
      {AREAS.map((area) => (
        <div key={area}>
          <h2>{own.areas[area]}</h2>
          <ul className="plain-list">
            {operations
              .filter((operation) => areaOf(operation) === area)
              .map(({ id, method, path, summary }) => (
                <li key={id}>
                  <a href={`#${id}`}>
                    <code>
                      {method} {path}
                    </code>
                  </a>{' '}
                  <span className="quiet">
                    <Prose text={summary} />
                  </span>
                </li>
              ))}
          </ul>
        </div>
      ))}
      {schemas.length === 0 ? null : (
        <p>
          <a href="#schemas">{own.schemas}</a>
        </p>
      )}
    </nav>
  )
}

const inAreas = (operations: readonly DocOperation[]): DocOperation[] =>
  AREAS.flatMap((area) => operations.filter((operation) => areaOf(operation) === area))

/** The names of the shapes that have a section of their own below. */
type Named = ReadonlySet<string>

function Schemas({
  words,
  schemas,
  named,
}: Pick<DocsPageProps, 'words' | 'schemas'> & { named: Named }) {
  const own = words.docs
  return (
    <section aria-labelledby="schemas">
      <h2 id="schemas">{own.schemas}</h2>
      {schemas.map(({ name, type, fields }) => (
        <div key={name} className="shape">
          <h3 id={`shape-${name}`}>
            <code>{name}</code>
          </h3>
          {fields.length > 0 ? null : (
            <p className="quiet">
              <TypeName type={type} named={named} />
            </p>
          )}
          <Fields words={words} fields={fields} named={named} />
        </div>
      ))}
    </section>
  )
}

interface OperationProps {
  words: PageWords
  operation: DocOperation
  named: Named
}

function Operation({ words, operation, named }: OperationProps) {
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
      <Fields words={words} fields={parameters} named={named} />
      {body.length === 0 ? null : <h3>{own.body}</h3>}
      <Shapes words={words} shapes={body} named={named} />
      <h3>{own.answers}</h3>
      <Answers words={words} answers={answers.filter(isGood)} named={named} />
      <details>
        <summary>{own.errors}</summary>
        <Answers words={words} answers={answers.filter((one) => !isGood(one))} named={named} />
      </details>
    </section>
  )
}

const isGood = ({ status }: { status: string }) => status < '4'

interface AnswersProps {
  words: PageWords
  answers: DocOperation['answers']
  named: Named
}

function Answers({ words, answers, named }: AnswersProps) {
  return (
    <dl className="facts">
      {answers.map((answer) => (
        <div key={answer.status}>
          <dt>
            <code>{answer.status}</code>
          </dt>
          <dd>
            <Prose text={answer.description} />
            {isGood(answer) ? <Shapes words={words} shapes={answer.shapes} named={named} /> : null}
          </dd>
        </div>
      ))}
    </dl>
  )
}

interface ShapesProps {
  words: PageWords
  shapes: readonly DocShape[]
  named: Named
}

function Shapes({ words, shapes, named }: ShapesProps) {
  return shapes.map(({ mediaType, type, fields }) => (
    <div key={mediaType}>
      <p className="quiet">
        <code>{mediaType}</code> <TypeName type={type} named={named} />
      </p>
      <Fields words={words} fields={fields} named={named} />
    </div>
  ))
}

interface FieldsProps {
  words: PageWords
  fields: readonly DocField[]
  named: Named
}

function Fields({ words, fields, named }: FieldsProps) {
  if (fields.length === 0) return null
  return (
    <ul className="fields">
      {fields.map(({ name, type, required, limits, description }) => (
        <li key={name}>
          <code>{name}</code>{' '}
          <span className="type">
            <TypeName type={type} named={named} />
          </span>{' '}
          <span className="quiet">
            {required ? words.docs.required : words.docs.optional}
            {limits === '' ? '' : `, ${limits}`}
          </span>{' '}
          <Prose text={description} />
        </li>
      ))}
    </ul>
  )
}

/** Each shape is drawn once; its name leads there from everywhere else. */
function TypeName({ type, named }: { type: string; named: Named }) {
  return type.split(' ').map((word, at) => (
    <span key={at}>
      {at > 0 ? ' ' : ''}
      {named.has(word) ? <a href={`#shape-${word}`}>{word}</a> : word}
    </span>
  ))
}
