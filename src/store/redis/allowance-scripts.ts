// Counting under keys, and what owners' newest tokens said.

import { readClock } from './lua-clock.ts'
import { createScript } from './script.ts'

/** KEYS the allowance. ARGV the limit, the window (ms). Replies 1, or 0 where the limit was reached. */
export const countAllowance = createScript(`
${readClock}
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
if limit < 1 then return 0 end
local last = redis.call('LINDEX', KEYS[1], limit - 1)
if last and now - tonumber(last) < window then return 0 end
redis.call('LPUSH', KEYS[1], string.format('%.0f', now))
redis.call('LTRIM', KEYS[1], 0, limit - 1)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`)

/** An older token than the one noted is no news. KEYS owners. ARGV name, when it was seen, JSON of its accounts. */
export const noteOwner = createScript(`
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if stored and string.match(stored, '^%S+') > ARGV[2] then return end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. ARGV[3])
`)
