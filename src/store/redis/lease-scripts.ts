// Who works on which shard, and what is written under that. Leases end by Redis's clock.

import { readClock } from './lua-clock.ts'
import { createScript } from './script.ts'

const readLease = `
local function read_lease(text)
  local generation, ends, holder = string.match(text or '0 0 ', '^(%d+) (%d+) (.*)$')
  return tonumber(generation), tonumber(ends), holder
end
`

/**
 * A shard whose lease has ended is anybody's, and whoever takes it begins a generation: the holder that
 * let it end no less than another. Shares differ by one at most, and together they are all shards.
 *
 * KEYS leases, holders. ARGV holder, how long (ms), how many shards there are. Replies the surplus, then
 * each shard held and its generation.
 */
export const claimShards = createScript(`
${readClock}${readLease}
local me, shards = ARGV[1], tonumber(ARGV[3])
local ends = string.format('%.0f', now + tonumber(ARGV[2]))
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now))
redis.call('ZADD', KEYS[2], ends, me)
local alive, before = redis.call('ZRANGE', KEYS[2], 0, -1), 0
for _, holder in ipairs(alive) do if holder < me then before = before + 1 end end
local share = math.floor(shards / #alive)
if before < shards % #alive then share = share + 1 end

local names = {}
for shard = 0, shards - 1 do names[shard + 1] = tostring(shard) end
local leases, mine, count = redis.call('HMGET', KEYS[1], unpack(names)), {}, 0
for i = 1, shards do
  local generation, over, holder = read_lease(leases[i])
  if holder == me and over > now then mine[i], count = generation, count + 1 end
end
for i = 1, shards do
  local generation, over, holder = read_lease(leases[i])
  if over <= now and count < share then mine[i], count = generation + 1, count + 1 end
end
local written, reply = {}, { math.max(0, count - share) }
for i = 1, shards do
  if mine[i] then
    written[#written + 1] = names[i]
    written[#written + 1] = string.format('%.0f %s %s', mine[i], ends, me)
    reply[#reply + 1] = i - 1
    reply[#reply + 1] = mine[i]
  end
end
if #written > 0 then redis.call('HSET', KEYS[1], unpack(written)) end
return reply
`)

/** KEYS leases, holders. ARGV holder, then each shard to give up and its generation; none: all, and itself. */
export const releaseShards = createScript(`
${readLease}
local me, given = ARGV[1], {}
for i = 2, #ARGV, 2 do given[ARGV[i]] = tonumber(ARGV[i + 1]) end
if #ARGV == 1 then redis.call('ZREM', KEYS[2], me) end
local leases = redis.call('HGETALL', KEYS[1])
for i = 1, #leases, 2 do
  local generation, _, holder = read_lease(leases[i + 1])
  if holder == me and (#ARGV == 1 or given[leases[i]] == generation) then
    redis.call('HSET', KEYS[1], leases[i], string.format('%.0f 0 ', generation))
  end
end
`)

/**
 * KEYS leases, endpoints. ARGV holder, what stands before an endpoint in the key of its attempts, the most
 * attempts kept, then for each update: shard, generation, endpoint, version, what is to be kept of it, the
 * number of attempts, these (oldest first). Replies 1 or 0 for each.
 */
export const saveProgress = createScript(`
${readClock}${readLease}
local held, leases = {}, redis.call('HGETALL', KEYS[1])
for i = 1, #leases, 2 do
  local generation, ends, holder = read_lease(leases[i + 1])
  if holder == ARGV[1] and ends > now then held[leases[i]] = generation end
end
local at, replies, newest = 4, {}, tonumber(ARGV[3]) - 1
while ARGV[at] do
  local endpoint, count, reply = ARGV[at + 2], tonumber(ARGV[at + 5]), 0
  if held[ARGV[at]] == tonumber(ARGV[at + 1]) then
    local stored = redis.call('HGET', KEYS[2], endpoint)
    if stored and tonumber(string.match(stored, '^%d+')) == tonumber(ARGV[at + 3]) - 1 then
      redis.call('HSET', KEYS[2], endpoint, ARGV[at + 4])
      if count > 0 then
        local attempts = ARGV[2] .. endpoint
        redis.call('LPUSH', attempts, unpack(ARGV, at + 6, at + 5 + count))
        redis.call('LTRIM', attempts, 0, newest)
      end
      reply = 1
    end
  end
  replies[#replies + 1] = reply
  at = at + 6 + count
end
return replies
`)
