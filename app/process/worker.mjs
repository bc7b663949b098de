import './std-streams.mjs'

const { startWorker } = await import('../../build/portal.js')
await startWorker()
