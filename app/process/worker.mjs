const { startWorker } = await import('../../build/portal.js')
await startWorker()
