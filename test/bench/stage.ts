import { startHelper, type Helper } from './calls.ts'
import type { ClientApi } from './client.ts'
import type { PortalApi } from './portal.ts'
import { copyWorld, fillLarge, openWorld, type World } from './world.ts'

/** What every subject is given. */
export interface Bench {
  client: Helper<ClientApi>
  portal: Helper<PortalApi>
  ports: {
    small: number
    large: number
    plain: number
    noDatabase: number
    stockRemix: number
  }
  apiKeys: string[]
  publicUrl: string
  delaySyncs: World['delaySyncs']
  /** Fills the large database up to so many receipts. */
  fillLarge: (rows: number) => Promise<void>
  /** A stored receipt's id. */
  popular: string
  rounds: number
  /** How long each single measurement takes. */
  ms: number
}

/** Receipts that are stored everywhere and read; `rows` of the small database. */
export const STORED = 10_000

export async function openStage(options: { rounds: number; ms: number; execArgv: string[] }) {
  const world = await openWorld()
  const client = startHelper<ClientApi>('client')
  const portal = startHelper<PortalApi>('portal', options.execArgv)
  const close = async (): Promise<void> => {
    await Promise.all([client.stop(), portal.stop()])
    await world.close()
  }
  // Postgres runs apart from the terminal and would stay behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void close().finally(() => process.exit(130)))
  try {
    const { config, connections, apiKeys, delaySyncs } = world
    await client.call('sign', world.signers, STORED)
    const first = await portal.call('open', connections.small, config)
    const popular = await client.call('store', first, apiKeys[0]!)
    // A database that is to be copied must have no other users.
    await portal.call('close')
    await copyWorld(world.cluster)
    const small = await portal.call('openPair', connections.small, config)
    const ports = {
      small: small.portal,
      plain: small.plain,
      large: await portal.call('open', connections.large, config),
      noDatabase: await portal.call('openWithoutDatabase', connections.small, config, apiKeys),
      stockRemix: await portal.call('openStockRemix', connections.small, config),
    }
    const { rounds, ms } = options
    const bench: Bench = {
      client,
      portal,
      ports,
      apiKeys,
      publicUrl: config.publicUrl,
      popular,
      rounds,
      ms,
      delaySyncs,
      fillLarge: (rows) => fillLarge(world.cluster, rows),
    }
    return { bench, close }
  } catch (error) {
    await close()
    throw error
  }
}
