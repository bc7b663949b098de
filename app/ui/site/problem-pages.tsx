import { Prose } from './prose.tsx'
import type { PageWords } from '../words/en.ts'

export interface Problem {
  code: string
  status: number
  title: string
  help: string
}

/** The page behind the `type` of an error answer: its meaning and its remedy. */
export function ProblemPage({ words, problem }: { words: PageWords; problem: Problem }) {
  const own = words.problems
  return (
    <article className="sheet">
      <section className="stub plain">
        <p className="verdict-name">{own.kicker}</p>
        <h1>{problem.title}</h1>
        <p className="says">
          <Prose text={problem.help} />
        </p>
      </section>
      <section>
        <dl className="facts">
          <div>
            <dt>{own.code}</dt>
            <dd>
              <code>{problem.code}</code>
            </dd>
          </div>
          <div>
            <dt>{own.status}</dt>
            <dd>{problem.status}</dd>
          </div>
        </dl>
        <p>
          <a href="/problems">{own.all}</a>
        </p>
      </section>
    </article>
  )
}

interface ProblemIndexProps {
  words: PageWords
  problems: readonly Omit<Problem, 'help'>[]
}

export function ProblemIndex({ words, problems }: ProblemIndexProps) {
  const own = words.problems
  return (
    <article className="sheet">
      <section className="stub plain">
        <h1>{own.title}</h1>
        <p className="says">{own.lead}</p>
      </section>
      <section>
        <ul className="plain-list">
          {problems.map(({ code, status, title }) => (
            <li key={code}>
              <a href={`/problems/${code}`}>
                <code>{code}</code>
              </a>{' '}
              <span className="quiet">{status}</span> {title}
            </li>
          ))}
        </ul>
      </section>
    </article>
  )
}
