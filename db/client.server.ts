import { withRetries, type Connection, type Orm, type Run } from './connection.ts'
import { createGroup, type Group } from './group.ts'
import { createLanes } from './lanes.ts'
import { openPools } from './pools.server.ts'
import { shareAttempts } from './readiness.ts'
import { writePages, writeReadiness } from './queries/readiness.ts'
import { selectApiKeys, type ApiKeyRow } from './queries/api-keys/api-keys.ts'
import { countGroup, selectLocked } from './queries/ingest/count-group.ts'
import type { CountAnswer, CountItem } from './queries/ingest/count-group.ts'
import { selectReceipts, type ReceiptRow } from './queries/verify/receipts.ts'
import { selectSigningKeys, type SigningKeyRow } from './queries/issuers/signing-keys.ts'

/** The database as queries see it. */
export interface Db {
  run: Run
  /** As `run`, for a short statement that never waits behind a list. */
  quick: Run
  orm: Orm
  /** Postgres may ask for a repetition: `work` then runs again from its beginning. */
  transaction<T>(work: (tx: Orm) => Promise<T>): Promise<T>
  groups: {
    ingest: Group<CountItem, CountAnswer>
    apiKey: Group<string, ApiKeyRow | null>
    signingKey: Group<string, SigningKeyRow | null>
    receipt: Group<Uint8Array, ReceiptRow | null>
  }
  /** Rejects unless the database takes a write now; at most one a second is tried. */
  tryWrite(): Promise<void>
  close(): Promise<void>
}

const WAITING_MAX = 8_000

export function createDb(connection: Connection): Db {
  const pools = openPools(connection)
  return {
    run: pools.listing.run,
    quick: pools.locking.run,
    orm: pools.listing.orm,
    transaction: (work) => withRetries(() => pools.locking.transaction(work)),
    groups: {
      ingest: createLanes({
        run: (items) => countGroup(pools.committing.run, items),
        runApart: (items) => countGroup(pools.apart.run, items),
        findLocked: (apiKeys) => selectLocked(pools.committing.run, apiKeys),
        keyOf: (item: CountItem) => item.apiKey,
        sizeMax: 1_000,
        waitingMax: WAITING_MAX,
        bytesOf: (item) => ('jws' in item ? item.jws.length + (item.content?.length ?? 0) : 0),
      }),
      apiKey: createGroup({
        run: (ids) => selectApiKeys(pools.lookingUp.run, ids),
        sizeMax: 1_000,
        waitingMax: WAITING_MAX,
      }),
      signingKey: createGroup({
        run: (kids) => selectSigningKeys(pools.lookingUp.run, kids),
        sizeMax: 1_000,
        waitingMax: WAITING_MAX,
      }),
      receipt: createGroup({
        run: (ids) => selectReceipts(pools.lookingUp.run, ids),
        sizeMax: 100,
        waitingMax: WAITING_MAX,
      }),
    },
    tryWrite: shareAttempts(async () => {
      await writeReadiness(pools.locking.run)
      if (!pools.disk.isFull) return
      await writePages(pools.locking.run)
      pools.disk.isFull = false
    }),
    close: () => pools.close(),
  }
}
