import type { UsageRow } from '../services/ingest/reserve-cap.ts'

export const presentUsage = (usage: UsageRow) => ({
  used: usage.used,
  reserved: usage.reserved,
  cap: usage.cap,
  resetsAt: usage.resetsAt.toISOString(),
})
