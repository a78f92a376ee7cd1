// The small scripts beside the append: beginning a log or an epoch, and letting go of what is old.

import { createScript } from './script.ts'

/**
 * Finds out whether the log still holds what a gateway saw last, and begins a new epoch where the log
 * lost it. Compare and set: of several gateways that find it, one begins the epoch.
 *
 * KEYS meta, log. ARGV the epoch, offset and mark seen ('' for a gateway that has seen nothing), a new
 * epoch, the channel. Replies CONTINUES, or GONE: what comes after it cannot be given without a gap.
 */
export const settleEpoch = createScript(`
local meta, log = KEYS[1], KEYS[2]
local epoch, offset, mark, channel = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[5]
local facts = redis.call('HMGET', meta, 'epoch', 'head', 'headMark', 'trimmed', 'trimmedMark')

local function lost()
  if not facts[1] then return true end
  if facts[1] ~= epoch then return false end
  if tonumber(facts[2]) < offset then return true end
  if tonumber(facts[4]) > offset then return false end
  if tonumber(facts[4]) == offset then return facts[5] ~= mark end
  local item = redis.call('XRANGE', log, ARGV[2] .. '-0', ARGV[2] .. '-0')[1]
  return not item or item[2][2] ~= mark
end

if lost() then
  redis.call('HSETNX', meta, 'head', 0)
  redis.call('HSETNX', meta, 'headMark', 0)
  redis.call('HSETNX', meta, 'receivedAt', 0)
  redis.call('HSETNX', meta, 'trimmed', 0)
  redis.call('HSETNX', meta, 'trimmedMark', 0)
  redis.call('HSETNX', meta, 'forgotten', 0)
  redis.call('HSET', meta, 'epoch', ARGV[4])
  redis.call('PUBLISH', channel, '{"epoch":"' .. ARGV[4] .. '","after":' .. (facts[2] or '0') .. ',"mark":'
    .. (facts[3] or '0') .. ',"count":0,"receivedAtMs":null}')
  return 'GONE'
end
if facts[1] == epoch and tonumber(facts[4]) <= offset then return 'CONTINUES' end
return 'GONE'
`)

/**
 * Trims the oldest entries, where nobody else has meanwhile.
 * KEYS meta, log, then the histories of the resources of these entries.
 * ARGV the epoch, the offset trimmed last, the offset to trim up to, its mark. Replies 1 or 0.
 */
export const trimEntries = createScript(`
local facts = redis.call('HMGET', KEYS[1], 'epoch', 'trimmed')
if facts[1] ~= ARGV[1] or facts[2] ~= ARGV[2] then return 0 end
redis.call('XTRIM', KEYS[2], 'MINID', '=', string.format('%d-0', tonumber(ARGV[3]) + 1))
for i = 3, #KEYS do redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', ARGV[3]) end
redis.call('HSET', KEYS[1], 'trimmed', ARGV[3], 'trimmedMark', ARGV[4])
return 1
`)

/**
 * Removes tombstones that nothing has changed since they were read.
 * KEYS state, versions, tombstones, the six indexes. ARGV per tombstone: key, version, number of index entries,
 * and for each of these the number of the key and the member. Replies how many were removed.
 */
export const removeTombstones = createScript(`
local at, removed = 1, 0
while ARGV[at] do
  local name, version, count = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  if (redis.call('HGET', KEYS[2], name) or '') == version then
    redis.call('HDEL', KEYS[1], name)
    redis.call('HDEL', KEYS[2], name)
    removed = removed + redis.call('ZREM', KEYS[3], name)
    for i = 0, count - 1 do redis.call('ZREM', KEYS[tonumber(ARGV[at + 3 + i * 2])], ARGV[at + 4 + i * 2]) end
  end
  at = at + 3 + count * 2
end
return removed
`)

/**
 * Forgets dedupe records that no longer count, oldest first, at most so many.
 * KEYS meta, dedupe, order. ARGV how many, the dedupe window in entries, the oldest time that counts (ms).
 * Replies how many entries it went past: an event logged again since has its record under a later one.
 */
export const forgetRecords = createScript(`
local digests = redis.call('LRANGE', KEYS[3], 0, tonumber(ARGV[1]) - 1)
if #digests == 0 then return 0 end
local facts = redis.call('HMGET', KEYS[1], 'head', 'forgotten')
local oldest = tonumber(facts[1]) - tonumber(ARGV[2])
local records = redis.call('HMGET', KEYS[2], unpack(digests))
local past, old = 0, {}
for i, digest in ipairs(digests) do
  local offset, received
  if records[i] then offset, received = string.match(records[i], '^(%d+)|(%d+)|') end
  if offset and tonumber(offset) == tonumber(facts[2]) + i then
    if tonumber(offset) > oldest and tonumber(received) >= tonumber(ARGV[3]) then break end
    old[#old + 1] = digest
  end
  past = past + 1
end
if past > 0 then
  redis.call('LTRIM', KEYS[3], past, -1)
  redis.call('HINCRBY', KEYS[1], 'forgotten', past)
end
if #old > 0 then redis.call('HDEL', KEYS[2], unpack(old)) end
return past
`)
