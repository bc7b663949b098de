import { Buffer } from 'node:buffer'
import { etagOf } from './node-server.ts'

/** A body that is ready to be sent, with its strong ETag. */
export interface Finished {
  body: Uint8Array | string
  etag: string
}

/**
 * Makes a value from an object once, and keeps it as long as the object, which must never change.
 * The other arguments are those of the first call, so they must never change either.
 */
export function once<Key extends object, Rest extends unknown[], Made>(
  make: (key: Key, ...rest: Rest) => Made,
): (key: Key, ...rest: Rest) => Made {
  const kept = new WeakMap<Key, { made: Made }>()
  return (key, ...rest) => {
    const known = kept.get(key)
    if (known !== undefined) return known.made
    const made = make(key, ...rest)
    kept.set(key, { made })
    return made
  }
}

/** As `once`, for bodies: each object is drawn once. */
export function finishOnce<Key extends object>(draw: (key: Key) => string): (key: Key) => Finished {
  const kept = new WeakMap<Key, Finished>()
  return (key) => {
    const known = kept.get(key)
    if (known === undefined) {
      const body = draw(key)
      const finished = { body, etag: etagOf(body) }
      kept.set(key, finished)
      return finished
    }
    // A string costs less than bytes to send once, and more to send again.
    if (typeof known.body === 'string') known.body = Buffer.from(known.body)
    return known
  }
}
