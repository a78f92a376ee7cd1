// Writing and listing webhooks. Every check precedes the first write. KEYS are always webhooks,
// webhook-ids, owned, endpoints, revision.

import { readClock } from './lua-clock.ts'
import { createScript } from './script.ts'

// By the clock where that is ahead: what is read from an older copy of the data, and changed, does not
// come to a revision that was there before.
const moveRevision = `
local function move_revision(key)
  ${readClock}
  local next = tonumber(redis.call('GET', key) or 0) + 1
  redis.call('SET', key, string.format('%.0f', math.max(next, now)))
end
`

// `from` and the pairs after it: an endpoint and what is kept of it.
const addEndpoints = `
local function is_taken(from, had)
  for i = from, #ARGV, 2 do
    if not had[ARGV[i]] and redis.call('HEXISTS', KEYS[4], ARGV[i]) == 1 then return ARGV[i] end
  end
end
local function add_endpoints(from, had)
  for i = from, #ARGV, 2 do
    if not had[ARGV[i]] then redis.call('HSET', KEYS[4], ARGV[i], ARGV[i + 1]) end
  end
end
`

const owned = `
local function count_owned(name, by)
  if redis.call('HINCRBY', KEYS[3], name, by) <= 0 then redis.call('HDEL', KEYS[3], name) end
end
`

/**
 * ARGV id, name of the owner, JSON, then each endpoint and what is kept of it. Replies OK, EXISTS, or the
 * endpoint that belongs to a webhook already.
 */
export const createWebhook = createScript(`
${moveRevision}${addEndpoints}${owned}
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 'EXISTS' end
local taken = is_taken(4, {})
if taken then return taken end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('ZADD', KEYS[2], 0, ARGV[1])
count_owned(ARGV[2], 1)
add_endpoints(4, {})
move_revision(KEYS[5])
return 'OK'
`)

/**
 * ARGV id, name of the owner, JSON, version, what stands before an endpoint in the key of its attempts, how
 * many endpoints it has, these, then each that may be new and what is kept of it. Replies OK, GONE, MOVED,
 * or the endpoint that belongs to another webhook.
 */
export const replaceWebhook = createScript(`
${moveRevision}${addEndpoints}${owned}
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if not stored then return 'GONE' end
local old = cjson.decode(stored)
if old.version ~= tonumber(ARGV[4]) - 1 then return 'MOVED' end
local from = 7 + tonumber(ARGV[6])
local had, wanted = {}, {}
for _, endpoint in ipairs(old.endpoints) do had[endpoint.id] = true end
for i = 7, from - 1 do wanted[ARGV[i]] = true end
local taken = is_taken(from, had)
if taken then return taken end
for endpoint in pairs(had) do
  if not wanted[endpoint] then
    redis.call('HDEL', KEYS[4], endpoint)
    redis.call('DEL', ARGV[5] .. endpoint)
  end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
if old.owner.name ~= ARGV[2] then
  count_owned(old.owner.name, -1)
  count_owned(ARGV[2], 1)
end
add_endpoints(from, had)
move_revision(KEYS[5])
return 'OK'
`)

/** ARGV id, what stands before an endpoint in the key of its attempts. Replies 1, or 0 where it is gone. */
export const deleteWebhook = createScript(`
${moveRevision}${owned}
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if not stored then return 0 end
local old = cjson.decode(stored)
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
count_owned(old.owner.name, -1)
for _, endpoint in ipairs(old.endpoints) do
  redis.call('HDEL', KEYS[4], endpoint.id)
  redis.call('DEL', ARGV[2] .. endpoint.id)
end
move_revision(KEYS[5])
return 1
`)

/** ARGV the id before the page ('-': from the start), the most webhooks. Replies their JSON in the order of ids. */
export const listWebhooks = createScript(`
local page = {}
for i, id in ipairs(redis.call('ZRANGE', KEYS[2], ARGV[1], '+', 'BYLEX', 'LIMIT', 0, ARGV[2])) do
  page[i] = redis.call('HGET', KEYS[1], id)
end
return page
`)

/** ARGV endpoint, version, what is to be kept of it. Replies 1, or 0 where it is gone or its version moved. */
export const setProgress = createScript(`
${moveRevision}
local stored = redis.call('HGET', KEYS[4], ARGV[1])
if not stored or tonumber(string.match(stored, '^%d+')) ~= tonumber(ARGV[2]) - 1 then return 0 end
redis.call('HSET', KEYS[4], ARGV[1], ARGV[3])
move_revision(KEYS[5])
return 1
`)
