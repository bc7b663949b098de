/**
 * What a table says of a name that somebody else chose: an address, an admin's name, a code of
 * another version. Every object answers to `constructor` and `__proto__` too, with what no page
 * can show.
 */
export const lookUp = <Value>(
  table: Readonly<Record<string, Value>>,
  name: string | null,
): Value | undefined => (name !== null && Object.hasOwn(table, name) ? table[name] : undefined)
