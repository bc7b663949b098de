/** Thrown rather than returned, so that a missing page is a 404 to machines too; root draws it. */
export function loader(): never {
  throw new Response(null, { status: 404 })
}

export default function Nowhere() {
  return null
}
