import { customType, timestamp } from 'drizzle-orm/pg-core'

export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => 'bytea',
})
/** Milliseconds are what JavaScript can hold, so a time read is the time that was written. */
export const time = (name: string) =>
  timestamp(name, { withTimezone: true, precision: 3, mode: 'date' })
