// The append: one batch, all or nothing. Every check precedes the first write. It assumes nothing about
// the head, so gateways that append different things do not get in each other's way.
//
// Lua hashes every byte of a string it makes, so long ones are passed on as they came, and the script
// announces only where the batch stands: its entries follow as the next message, where others may listen.

import { createScript } from './script.ts'

/**
 * KEYS meta, log, state, versions, tombstones, dedupe, order, the six indexes, then a history per resource.
 * ARGV channel, by whom, whether the entries follow (0 or 1), epoch, receivedAt (ms); the number of resources, entries, known records, index changes; then
 *   per resource: key, version it was folded from ('' for none), number of the last entry that changed it
 *     (0 for none), DEAD, REVIVED or ''
 *   per entry: digest, mark, number of its resource (0 for none), JSON of the event, of its resource before
 *     and after ('' where it changed nothing)
 *   per known record: number of the entry that was judged by it, the dedupe record
 *   per index change: command, number of the key, number of arguments, those arguments
 * Replies with the first offset, the time of receipt and how many heard of it, or with a word: EPOCH, CHANGED.
 */
export const append = createScript(`
local meta, log, state, versions, tombstones, dedupe, order = unpack(KEYS, 1, 7)
local histories = 13
local channel, by, follow, epoch = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local resources, entries = tonumber(ARGV[6]), tonumber(ARGV[7])
local records, changes = tonumber(ARGV[8]), tonumber(ARGV[9])
local resourceArgs = 10
local entryArgs = resourceArgs + resources * 4
local recordArgs = entryArgs + entries * 6
local changeArgs = recordArgs + records * 2

local facts = redis.call('HMGET', meta, 'epoch', 'head', 'headMark', 'receivedAt')
if facts[1] ~= epoch then return 'EPOCH' end

local digests, judgedBy = {}, {}
for i = 1, entries do digests[i] = ARGV[entryArgs + (i - 1) * 6] end
for i = 0, records - 1 do judgedBy[tonumber(ARGV[recordArgs + i * 2])] = ARGV[recordArgs + i * 2 + 1] end
local known = redis.call('HMGET', dedupe, unpack(digests))
for i = 1, entries do
  if known[i] ~= (judgedBy[i] or false) then return 'CHANGED' end
end
if resources > 0 then
  local names = {}
  for i = 1, resources do names[i] = ARGV[resourceArgs + (i - 1) * 4] end
  local current = redis.call('HMGET', versions, unpack(names))
  for i = 1, resources do
    if (current[i] or '') ~= ARGV[resourceArgs + (i - 1) * 4 + 1] then return 'CHANGED' end
  end
end

local head, received = tonumber(facts[2]), ARGV[5]
local late = tonumber(received) < tonumber(facts[4])
if late then received = facts[4] end

local logged, offsets = {}, {}
for i = 1, entries do
  local at = entryArgs + (i - 1) * 6
  local offset, mark = string.format('%d', head + i), ARGV[at + 1]
  local event, before, after = ARGV[at + 3], ARGV[at + 4], ARGV[at + 5]
  local item = { log, offset .. '-0', 'm', mark, 'e', event }
  if after ~= '' then
    item[7], item[8], item[9], item[10] = 'b', before, 'a', after
  end
  if late then
    item[#item + 1] = 'r'
    item[#item + 1] = received
  end
  redis.call('XADD', unpack(item))
  logged[i * 2 - 1] = digests[i]
  logged[i * 2] = offset .. '|' .. received .. '|' .. mark
  local resource = tonumber(ARGV[at + 2])
  if resource > 0 then
    local list = offsets[resource]
    if not list then
      list = {}
      offsets[resource] = list
    end
    list[#list + 1] = offset
    list[#list + 1] = offset
  end
end
redis.call('HSET', dedupe, unpack(logged))
redis.call('RPUSH', order, unpack(digests))

local states, current = {}, {}
for i = 1, resources do
  local at = resourceArgs + (i - 1) * 4
  local name, entry, fate = ARGV[at], tonumber(ARGV[at + 2]), ARGV[at + 3]
  if entry > 0 then
    local offset = string.format('%d', head + entry)
    local args = entryArgs + (entry - 1) * 6
    states[#states + 1] = name
    states[#states + 1] = ARGV[args + 5]
    current[#current + 1] = name
    current[#current + 1] = offset .. '-' .. ARGV[args + 1]
    if fate == 'DEAD' then
      redis.call('ZADD', tombstones, offset, name)
    elseif fate == 'REVIVED' then
      redis.call('ZREM', tombstones, name)
    end
  end
  if offsets[i] then redis.call('ZADD', KEYS[histories + i], unpack(offsets[i])) end
end
if #states > 0 then
  redis.call('HSET', state, unpack(states))
  redis.call('HSET', versions, unpack(current))
end

local at = changeArgs
for _ = 1, changes do
  local count = tonumber(ARGV[at + 2])
  redis.call(ARGV[at], KEYS[tonumber(ARGV[at + 1])], unpack(ARGV, at + 3, at + 2 + count))
  at = at + 3 + count
end

redis.call('HSET', meta, 'head', string.format('%d', head + entries), 'headMark',
  ARGV[entryArgs + (entries - 1) * 6 + 1], 'receivedAt', received)
local listeners = redis.call('PUBLISH', channel, '{"epoch":"' .. epoch .. '","after":' .. facts[2]
  .. ',"mark":' .. facts[3] .. ',"count":' .. entries .. ',"receivedAtMs":' .. (late and received or 'null')
  .. ',"by":"' .. by .. '","entriesFollow":' .. follow .. '}')
return { head + 1, tonumber(received), listeners }
`)
