export { createDiskStore } from './outbox/disk-store.ts'
