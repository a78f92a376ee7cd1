// Redis's clock in a script: gateways need not agree on the time.

/** Lua that leaves the time in `now`, in whole milliseconds. */
export const readClock = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
`
