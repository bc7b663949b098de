import { afterAll, beforeAll } from 'vitest'
import type { Connection } from '#db/embedded.server.ts'
import { openLink, type BrokenLink } from './broken-link.ts'
import { freshDatabase } from './database.ts'
import { openLedger, type Ledger } from './ledger.ts'
import { startPortal, type Portal } from './portal.ts'

/**
 * A file's own fixture: `make` runs before the file's first test, `end` after its last one. The
 * object exists at once and is filled later, so a file can name it at the top and destructure it.
 * It holds a copy of what `make` gives: a value that changes its own fields needs a `beforeAll`.
 */
export function given<Made extends object>(
  make: () => Made | Promise<Made>,
  end?: (made: Made) => unknown,
): Made {
  const place = {} as Made
  let isMade = false
  beforeAll(async () => {
    Object.assign(place, await make())
    isMade = true
  })
  // A second error from a fixture that was never made would hide the first.
  if (end !== undefined)
    afterAll(async () => {
      if (isMade) await end(place)
    })
  return place
}

/** An empty, migrated database, and a look into its tables beside the portal. */
export interface TestDatabase extends Ledger {
  connection: Connection
}

export const databaseTest = (): TestDatabase =>
  given(
    async () => {
      const { connection, drop } = await freshDatabase()
      return { connection, ...openLedger(connection), drop }
    },
    async ({ close, drop }) => {
      await close()
      await drop()
    },
  )

/** A portal on a database that the file already has. `pages` needs a build. */
export const portalOn = (db: { connection: Connection }, { pages = false } = {}): Portal =>
  given(
    () => startPortal(db.connection, pages ? { pages: Promise.resolve() } : {}),
    (portal) => portal.stop(),
  )

export interface PortalTest {
  portal: Portal
  db: TestDatabase
}

/** The usual fixture of a file: a portal with a database of its own. */
export function portalTest(options: { pages?: boolean } = {}): PortalTest {
  const db = databaseTest()
  return { portal: portalOn(db, options), db }
}

/** As `portalTest`, with a network between the portal and its database that a test can break. */
export function linkedPortalTest(
  options: { pages?: boolean } = {},
): PortalTest & { link: BrokenLink } {
  const db = databaseTest()
  const link = given(
    () => openLink(db.connection),
    (one) => one.cut(),
  )
  return { portal: portalOn(link, options), db, link }
}
