/**
 * What the core takes from the platform, named so that its declarations compile where neither the
 * DOM's types nor Node's are there, as in a worker's or an edge runtime's project. Where they are,
 * these are the platform's own types and no others.
 */

/** `fetch` as the platform declares it. */
export type Fetch = typeof globalThis extends { fetch: infer F extends AnyFetch } ? F : AnyFetch

type AnyFetch = (url: string, init?: never) => Promise<unknown>

/** `AbortSignal` as the platform declares it. */
export type Signal = typeof globalThis extends {
  AbortSignal: { prototype: infer S extends object }
}
  ? S
  : object

/** `CryptoKey` as the platform declares it. */
export type WebCryptoKey = typeof globalThis extends {
  CryptoKey: { prototype: infer K extends object }
}
  ? K
  : object

/** A `ReadableStream`, told by what is used of it. */
export interface ReadableStreamLike<T> {
  getReader(): {
    read(): Promise<{ done: false; value: T } | { done: true; value?: T | undefined }>
    cancel(reason?: unknown): Promise<void>
  }
}
