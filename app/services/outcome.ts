/** What a rule answers: the thing asked for, or the code of a refusal that was to be expected. */
export type Outcome<Value, Code extends string> =
  | { ok: true; value: Value }
  | {
      ok: false
      code: Code
      /** Why, where the code alone doesn't say it. */
      detail?: string
      /** The member of the request that is to blame (RFC 6901). */
      pointer?: string
    }

export const done = <Value>(value: Value): { ok: true; value: Value } => ({ ok: true, value })

export const refused = <Code extends string>(
  code: Code,
  why: { detail?: string; pointer?: string } = {},
): { ok: false; code: Code; detail?: string; pointer?: string } => ({ ok: false, code, ...why })

/** Part of a long list; `next` is where the following part begins, null at the end. */
export interface Page<Item> {
  items: Item[]
  next: string | null
}

export const PAGE_ITEMS_MAX = 200

/** `rows` holds one more than `limit` where there is a following part. */
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
