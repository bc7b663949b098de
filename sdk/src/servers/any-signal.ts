/** Aborts when the request ends, or when the caller's own signal does. Needs Node 20.3 or newer. */
export const anySignal = (request: AbortSignal, own: AbortSignal | undefined): AbortSignal =>
  own === undefined ? request : AbortSignal.any([request, own])
