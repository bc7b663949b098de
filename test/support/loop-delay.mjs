import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { isMainThread } from 'node:worker_threads'

// Loaded into a spawned portal by `--import`. GET / on LOOP_DELAY_PORT tells how long its event loop
// was held at most, and how long it ran in all, in milliseconds since the last question.
const port = Number(process.env.LOOP_DELAY_PORT)
// A program that the portal starts must not take the port.
delete process.env.LOOP_DELAY_PORT

/**
 * Linux counts the time that this thread ran. Other programs on a busy machine lengthen the time by
 * the clock, which is the measure elsewhere.
 */
const schedule = `/proc/self/task/${process.pid}/schedstat`
function timeRun() {
  try {
    return Number(readFileSync(schedule, 'latin1').split(' ')[0]) / 1e6
  } catch {
    return performance.now()
  }
}

if (isMainThread && port > 0) {
  let [last, longest] = [timeRun(), 0]
  let from = last
  // Looking each millisecond costs more than a short answer, so `?total` looks at the ends alone.
  let isLooking = true
  const look = () => {
    if (!isLooking) return
    const now = timeRun()
    longest = Math.max(longest, now - last)
    last = now
  }
  setInterval(look, 1).unref()
  createServer(({ url }, response) => {
    isLooking = true
    look()
    isLooking = url !== '/?total'
    response.end(JSON.stringify({ longest, total: last - from }))
    longest = 0
    from = last = timeRun()
  })
    .listen(port, '127.0.0.1')
    .unref()
}
