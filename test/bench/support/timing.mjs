/** Times of children in the shape of a ChildProcess. Microseconds. */

const microseconds = () => Number(process.hrtime.bigint()) / 1e3

/** total: from the call until `close`; stall: how long the JS thread stands in the call. */
export function timeChild(start) {
  return new Promise((resolve, reject) => {
    const before = microseconds()
    const child = start()
    const stall = microseconds() - before
    child.stdout?.resume()
    child.stderr?.resume()
    child.once('error', reject)
    child.once('close', (code) => {
      if (code !== 0) reject(new Error(`exit code ${code}`))
      else resolve({ total: microseconds() - before, stall })
    })
  })
}

/** For `count` calls of `once`, at most `inFlight` of them unresolved at once. */
export async function timeBatch(once, count, inFlight) {
  let started = 0
  const before = microseconds()
  const lane = async () => {
    while (started++ < count) await once()
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  return microseconds() - before
}

/** From SIGKILL until `close`, for a command that writes one byte for each of its processes and then waits. */
export async function timeKill({ spawn, kill }, command, processes) {
  const child = spawn(command, [String(processes)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  await Promise.race([closed.then(endedEarly), bytesOf(child.stdout, processes)])
  const before = microseconds()
  kill(child)
  await closed
  return microseconds() - before
}

function endedEarly(code) {
  throw new Error(`the tree of processes ended by itself: exit code ${code}`)
}

function bytesOf(stream, count) {
  return new Promise((resolve) => {
    let seen = 0
    stream.on('data', (chunk) => {
      seen += chunk.length
      if (seen === count) resolve()
    })
  })
}
