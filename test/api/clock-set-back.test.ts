import { expect, test } from 'vitest'
import type { Report } from '#receipt/report.ts'
import { freshDatabase } from '../support/database.ts'
import { startPortal } from '../support/portal.ts'
import { createService, postText } from '../support/world.ts'

test('a revocation shows within a second, also where the clock was set back meanwhile', async () => {
  const database = await freshDatabase()
  const [here, elsewhere] = await Promise.all([
    startPortal(database.connection),
    startPortal(database.connection),
  ])
  try {
    const id = await postText(here, await createService(here), 'Open on Sundays.')
    const path = `/v1/receipts/${id}`
    expect((await here.call<Report>('GET', path)).body.verdict).toBe('valid')
    await elsewhere.admin('POST', `/v1/admin/receipts/${id}/revoke`, { reason: 'It is not.' })
    here.advance(-3_600_000)
    expect((await here.call<Report>('GET', path)).body.verdict).toBe('revoked')
  } finally {
    await Promise.all([here.stop(), elsewhere.stop()])
    await database.drop()
  }
})
