import { stopOwnPortal } from './own-portal.mjs'

/** On Ctrl-C: what is signed but not yet at the portal is sent before the process ends. */
export function leaveWell(counterfoil) {
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, async () => {
      await counterfoil.flush({ timeoutMs: 5_000 })
      await counterfoil.close()
      await stopOwnPortal()
      process.exit()
    })
}
