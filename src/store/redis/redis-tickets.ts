// The tickets in Redis: a hash for each, which ends by itself, and for each holder which of them are unused
// and which are in use. Redis forgets them with its other data; whoever holds one then makes another.

import type { Binding, TicketStore } from '../../auth/tickets.ts'
import type { Call } from './connection.ts'
import { digestOf, ticketKey, ticketsKey } from './keys.ts'
import { createScript } from './script.ts'

/**
 * KEYS the ticket, the holder's unused tickets. ARGV hash, holder's digest, reference, when the first use must
 * have come (ms), when the credential ends (ms or ''), now (ms), the most unused tickets. Replies 1 or 0.
 */
const putTicket = createScript(`
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[6])
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[7]) then return 0 end
local left = string.format('%.0f', tonumber(ARGV[4]) - tonumber(ARGV[6]))
redis.call('HSET', KEYS[1], 'holder', ARGV[2], 'reference', ARGV[3], 'expires', ARGV[4], 'ends', ARGV[5])
redis.call('PEXPIRE', KEYS[1], left)
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
redis.call('PEXPIRE', KEYS[2], left)
return 1
`)

/**
 * KEYS the ticket. ARGV hash, operation, now (ms), how long it lasts after a use (ms), the most tickets in use,
 * what stands before the hash in the key of a ticket, before and after the digest in those of a holder (two).
 * Replies the reference, 'UNKNOWN' or 'OTHER_OPERATION'.
 */
const bindTicket = createScript(`
local facts = redis.call('HMGET', KEYS[1], 'holder', 'reference', 'expires', 'ends', 'operation')
local now = tonumber(ARGV[3])
if not facts[1] or tonumber(facts[3]) <= now then return 'UNKNOWN' end
if facts[5] and facts[5] ~= ARGV[2] then return 'OTHER_OPERATION' end
local expires = now + tonumber(ARGV[4])
if facts[4] ~= '' then expires = math.min(expires, tonumber(facts[4])) end
redis.call('HSET', KEYS[1], 'operation', ARGV[2], 'expires', string.format('%.0f', expires))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', expires - now))
local unused, used = ARGV[7] .. facts[1], ARGV[8] .. facts[1]
redis.call('ZREM', unused, ARGV[1])
redis.call('ZREMRANGEBYSCORE', used, '-inf', string.format('(%.0f', now - tonumber(ARGV[4])))
redis.call('ZADD', used, ARGV[3], ARGV[1])
redis.call('PEXPIRE', used, ARGV[4])
local excess = redis.call('ZCARD', used) - tonumber(ARGV[5])
local oldest = excess > 0 and redis.call('ZRANGE', used, 0, excess) or {}
for _, hash in ipairs(oldest) do
  if excess > 0 and hash ~= ARGV[1] then
    redis.call('DEL', ARGV[6] .. hash)
    redis.call('ZREM', used, hash)
    excess = excess - 1
  end
end
return facts[2]
`)

export function createRedisTickets(call: Call): TicketStore {
  return {
    async put({ hash, holder, reference, firstUseUntilMs, endsAtMs }, { nowMs, most }) {
      const digest = digestOf(holder)
      const names = [ticketKey(hash), ticketsKey('unused', digest)]
      const args = [hash, digest, reference, firstUseUntilMs, endsAtMs ?? '', nowMs, most]
      return (await call((redis) => putTicket(redis, names, args))) === 1
    },
    async bind({ hash, operation }, { nowMs, most, idleMs }) {
      const prefixes = [ticketKey(''), ticketsKey('unused', ''), ticketsKey('used', '')]
      const args = [hash, operation, nowMs, idleMs, most, ...prefixes]
      return bindingOf(await call((redis) => bindTicket(redis, [ticketKey(hash)], args)))
    },
  }
}

function bindingOf(reply: unknown): Binding {
  if (reply === 'UNKNOWN' || reply === 'OTHER_OPERATION') return { kind: reply }
  return { kind: 'BOUND', reference: String(reply) }
}
