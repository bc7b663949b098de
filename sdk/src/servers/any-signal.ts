/** A signal that aborts with the request or with the caller's own signal. Needs Node 20.3. */
export const anySignal = (request: AbortSignal, own: AbortSignal | undefined): AbortSignal =>
  own === undefined ? request : AbortSignal.any([request, own])
