/** A receipt, its counterfoil beside it, and a check mark. */
export const BrandMark = () => (
  <svg viewBox="0 0 32 24" width="32" height="24" aria-hidden="true">
    <path className="brand-body" d="M11 1h18a2 2 0 0 1 2 2v18a2 2 0 0 1-2 2H11z" />
    <path className="brand-stub" d="M8 1H3a2 2 0 0 0-2 2v18a2 2 0 0 0 2 2h5z" />
    <path className="brand-mark" d="m16 12 4 4 7-8" />
  </svg>
)
