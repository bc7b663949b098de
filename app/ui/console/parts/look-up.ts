/**
 * A table's value for a name from outside: an address, an admin's name, a code of another version.
 * A plain look-up would also find `constructor` and `__proto__`, which no page can show.
 */
export const lookUp = <Value>(
  table: Readonly<Record<string, Value>>,
  name: string | null,
): Value | undefined => (name !== null && Object.hasOwn(table, name) ? table[name] : undefined)
