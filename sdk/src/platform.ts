/**
 * The types that the core takes from the platform. A project for workers or an edge runtime may
 * have neither the DOM's types nor Node's; the core's declarations still compile there. In other
 * projects these types are exactly the platform's own.
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

/** The members of a `ReadableStream` that are used. */
export interface ReadableStreamLike<T> {
  getReader(): {
    read(): Promise<{ done: false; value: T } | { done: true; value?: T | undefined }>
    cancel(reason?: unknown): Promise<void>
  }
}
