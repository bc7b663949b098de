import type { ReactNode } from 'react'
import type { ApiKeyDetails } from '#app/services/api-keys/find-api-key.ts'
import type { HistoryEntry } from '#app/services/audit/list-history.ts'
import { VisibleText } from '#app/ui/text/visible-text.tsx'
import { SCOPE_WORDS } from './scope-words.ts'
import { ApiKeyStateBadge, CapMeter, ModeBadge } from './api-key-table.tsx'
import { BarChart } from '../parts/bar-chart.tsx'
import { Fact, Facts } from '../parts/facts.tsx'
import { History } from '../audit/history.tsx'
import { useMayAct } from '../parts/may-act.ts'
import { DoneNotice, TimeText, Warning } from '../parts/notice.tsx'
import { PageHead } from '../parts/page-head.tsx'
import { sayDay, sayNumber, sayShortDay } from '../parts/say.ts'

interface ApiKeyPageProps {
  apiKey: ApiKeyDetails
  history: HistoryEntry[]
  done: string | null
}

const DONE = {
  saved: 'Saved. It acts on the very next request.',
  revoked: 'The API key is revoked: the very next request with it is refused.',
}

/** One API key: its use, its cap and its history. */
export function ApiKeyPage({ apiKey, history, done }: ApiKeyPageProps) {
  const mayAct = useMayAct()
  const { id, name, state, mode, days } = apiKey
  return (
    <>
      <PageHead
        title={
          <>
            <VisibleText text={name} />{' '}
            <span className="badges">
              <ApiKeyStateBadge state={state} /> <ModeBadge mode={mode} />
            </span>
          </>
        }
        crumbs={[{ href: '/admin/api-keys', text: 'API keys' }]}
        actions={mayAct && state !== 'revoked' ? <Actions id={id} /> : undefined}
      />
      <DoneNotice done={done} says={DONE} />
      {done === 'was-revoked' ? (
        <Warning>This API key is revoked, so it can’t be changed any more.</Warning>
      ) : null}
      <Tiles apiKey={apiKey} />
      <div className="panel">
        <BarChart
          title="Receipts in the last 30 days"
          unit={{ one: 'receipt', many: 'receipts' }}
          empty="It has added no receipt in these 30 days."
          bars={days.map(({ day, used }, at) => ({
            label: sayShortDay(day),
            value: used,
            isOpen: at === days.length - 1,
          }))}
        />
      </div>
      <section className="panel" aria-labelledby="facts">
        <h2 id="facts">Facts</h2>
        <ApiKeyFacts apiKey={apiKey} />
      </section>
      <section className="panel" aria-labelledby="history">
        <h2 id="history">History</h2>
        <History entries={history} />
        <p>
          <a href={`/admin/audit?subject=${id}`}>Its history in the audit</a>
        </p>
      </section>
    </>
  )
}

function Actions({ id }: { id: string }) {
  const here = `/admin/api-keys/${id}`
  return (
    <>
      <a className="button" href={`${here}/edit`}>
        Change cap
      </a>
      <a className="button secondary" href={`${here}/rotate`}>
        Rotate…
      </a>
      <a className="button secondary danger" href={`${here}/revoke`}>
        Revoke…
      </a>
    </>
  )
}

function Tiles({ apiKey }: { apiKey: ApiKeyDetails }) {
  const { used, cap, reserved, resetsAt, lastUsedAt, lastUsedFrom, projection, state, days } =
    apiKey
  // The portal stores a use some seconds later than the receipt.
  const isJustUsed = lastUsedAt === null && used > 0
  return (
    <dl className="tiles key-tiles">
      <Tile name="This month" beneath={<>starts anew on {sayDay(resetsAt)}</>}>
        <CapMeter used={used} cap={cap} />
      </Tile>
      {state === 'revoked' || state === 'expired' ? null : (
        <Tile name="Cap reached" beneath={PROJECTION_SAYS[projection.kind]}>
          {projection.kind === 'around'
            ? `about ${projection.day === days.at(-1)?.day ? 'today' : sayShortDay(projection.day)}`
            : PROJECTION[projection.kind]}
        </Tile>
      )}
      <Tile
        name="Held by reservations"
        beneath={
          reserved === 0
            ? 'none at this moment'
            : 'they count against the cap until they are used or expire'
        }
      >
        {sayNumber(reserved)}
      </Tile>
      <Tile
        name="Last used"
        beneath={
          lastUsedAt === null ? (
            isJustUsed ? (
              'uses are noted some seconds later'
            ) : (
              'by no request yet'
            )
          ) : (
            <>
              from <VisibleText text={lastUsedFrom ?? 'an unknown address'} />
            </>
          )
        }
      >
        <TimeText at={lastUsedAt} none={isJustUsed ? 'not noted yet' : 'never'} />
      </Tile>
    </dl>
  )
}

const PROJECTION = {
  'no-cap': 'never: it has none',
  reached: 'now',
  'not-this-month': 'not this month',
}
const PROJECTION_SAYS = {
  'no-cap': 'a cap can be set at any time',
  reached: 'new receipts are refused with 402',
  'not-this-month': 'at the pace of the last seven days',
  around: 'at the pace of the last seven days',
}

function Tile({
  name,
  beneath,
  children,
}: {
  name: string
  beneath: ReactNode
  children: ReactNode
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {children}
        <span className="beneath">{beneath}</span>
      </dd>
    </div>
  )
}

function ApiKeyFacts({ apiKey }: { apiKey: ApiKeyDetails }) {
  return (
    <Facts>
      <Fact name="Id">
        <code>{apiKey.id}</code>
      </Fact>
      <Fact name="Issuer">
        <a href={`/admin/issuers/${apiKey.issuer}`}>{apiKey.issuer}</a>
      </Fact>
      <Fact name="It may">
        {apiKey.scopes.map((scope) => (
          <div key={scope}>
            {SCOPE_WORDS[scope]} <code className="quiet">{scope}</code>
          </div>
        ))}
      </Fact>
      <Fact name="Secret">
        <code>
          cfl_{apiKey.mode}_{apiKey.id.slice('key_'.length)}_…
        </code>{' '}
        <span className="quiet">(only its hash is kept)</span>
      </Fact>
      {apiKey.previousExpiresAt === null ? null : (
        <Fact name="Secret before the rotation">
          works until <TimeText at={apiKey.previousExpiresAt} />
        </Fact>
      )}
      <Fact name="Cap">
        {apiKey.cap === null ? 'none' : `${sayNumber(apiKey.cap)} receipts a month`}
      </Fact>
      <Fact name="Rate">
        {apiKey.ratePerSecond === null
          ? 'no limit'
          : `${sayNumber(apiKey.ratePerSecond)} requests a second`}
      </Fact>
      <Fact name="Created">
        <TimeText at={apiKey.createdAt} />
      </Fact>
      <Fact name="Expires">
        <TimeText at={apiKey.expiresAt} none="never" />
      </Fact>
      {apiKey.revokedAt === null ? null : (
        <Fact name="Revoked">
          <TimeText at={apiKey.revokedAt} />
        </Fact>
      )}
      <Fact name="Receipts">
        <a href={`/admin/receipts?issuer=${apiKey.issuer}&mode=${apiKey.mode}`}>
          The {apiKey.mode} receipts of its issuer
        </a>
      </Fact>
    </Facts>
  )
}
