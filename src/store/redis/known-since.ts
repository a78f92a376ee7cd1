// Since when nothing is forgotten, read from the dedupe records in one moment.

import type { Timestamp } from '../../event/event.ts'
import { knownSinceMs } from '../retention.ts'
import type { Retention } from '../store.ts'
import type { Call } from './connection.ts'
import { keys } from './keys.ts'
import { createScript } from './script.ts'

/**
 * KEYS meta, dedupe, order. ARGV the dedupe window in entries. Replies with when the last entry was
 * received, then offset and time of receipt of the oldest entry in the window; 0 and 0 where there is
 * none. An event logged again has its record under the later entry: then the next entry stands for it.
 */
const oldestRecord = createScript(`
local facts = redis.call('HMGET', KEYS[1], 'head', 'receivedAt', 'forgotten')
local received, forgotten = tonumber(facts[2] or 0), tonumber(facts[3] or 0)
local at = math.max(0, tonumber(facts[1] or 0) - tonumber(ARGV[1]) - forgotten)
while true do
  local digests = redis.call('LRANGE', KEYS[3], at, at + 99)
  if #digests == 0 then return { received, 0, 0 } end
  local records = redis.call('HMGET', KEYS[2], unpack(digests))
  for i = 1, #digests do
    local offset, receivedThen = string.match(records[i] or '', '^(%d+)|(%d+)|')
    if tonumber(offset) == forgotten + at + i then
      return { received, tonumber(offset), tonumber(receivedThen) }
    end
  end
  at = at + #digests
end
`)

/** See `EventLog.knownSince`. @throws HeliographError STORE_UNAVAILABLE */
export async function readKnownSince(call: Call, retention: Retention): Promise<Timestamp> {
  const reply = await call((redis) =>
    oldestRecord(redis, [keys.meta, keys.dedupe, keys.order], [retention.dedupeEntries]),
  )
  const [lastMs = 0, offset = 0, receivedAtMs = 0] = (reply as unknown[]).map(Number)
  const oldest = offset === 0 ? null : { offset, receivedAtMs }
  return new Date(knownSinceMs(oldest, Math.max(Date.now(), lastMs), retention)).toISOString()
}
