import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { createLeaseRows } from '../../../src/store/sqlite/lease-rows.ts'
import { shards } from '../../../src/webhook/webhooks.ts'

it('leases whose commit was undone are held by nobody, and claimed anew', () => {
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE leases (shard INTEGER PRIMARY KEY, generation INTEGER NOT NULL) STRICT')
  const leases = createLeaseRows(database)
  database.exec('BEGIN')
  const undone = leases.claim('one', 60_000).leases
  database.exec('ROLLBACK')
  leases.forget()
  for (const lease of undone) expect(leases.holds('one', lease)).toBe(false)
  const { leases: taken, surplus } = leases.claim('two', 60_000)
  expect([taken.length, surplus]).toEqual([shards, 0])
  for (const lease of taken) expect(leases.holds('two', lease)).toBe(true)
  for (const lease of undone) expect(leases.holds('one', lease)).toBe(false)
})
