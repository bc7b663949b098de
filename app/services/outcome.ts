/** A rule's answer: the value, or the code of an expected refusal. */
export type Outcome<Value, Code extends string> =
  | { ok: true; value: Value }
  | {
      ok: false
      code: Code
      /** The reason, if the code alone doesn't say it. */
      detail?: string
      /** The member of the request that caused the refusal (a JSON pointer, RFC 6901). */
      pointer?: string
      /** The time until the next try, where tries are counted. */
      waitSeconds?: number
    }

export const done = <Value>(value: Value): { ok: true; value: Value } => ({ ok: true, value })

export const refused = <Code extends string>(
  code: Code,
  why: { detail?: string; pointer?: string; waitSeconds?: number } = {},
): { ok: false; code: Code; detail?: string; pointer?: string; waitSeconds?: number } => ({
  ok: false,
  code,
  ...why,
})

/** One page of a long list; `next` is the place where the following page begins, null at the end. */
export interface Page<Item> {
  items: Item[]
  next: string | null
}

export const PAGE_ITEMS_MAX = 200

/** `rows` holds one more row than `limit` if another page follows. */
export function toPage<Row, Item>(
  rows: Row[],
  limit: number,
  view: (row: Row) => Item,
  placeOf: (row: Row) => string,
): Page<Item> {
  const shown = rows.slice(0, limit)
  return {
    items: shown.map(view),
    next: rows.length > limit ? placeOf(shown.at(-1)!) : null,
  }
}
