// A program for tests: opens the embedded store in the directory it is given and appends until it is
// killed. Writes one line of JSON for whatever happens, at once:
//   { "kept": ["<eventId>", …] }                          acknowledged
//   { "refused": "<code>", "lost": […], "ready": false, "head": 12 }   an append failed; it goes on once the store is ready
//   { "failed": "<code>", "message": "…" }                the store did not open

import { setTimeout as after } from 'node:timers/promises'
import { pino } from 'pino'
import { asHeliographError } from '../../src/errors.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { Store } from '../../src/store/store.ts'
import { draft } from '../store/conformance/drafts.ts'
import { roomyRetention } from './engine.ts'

const [directory = '', run = '', padding = '0'] = process.argv.slice(2)

function say(line: object): void {
  // A pipe is written to before this returns.
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

async function appendForever(store: Store, lane: number): Promise<never> {
  for (let n = 0; ; n += 1) {
    const batch = Array.from({ length: 1 + (n % 7) }, (_, i) => draft(`${run}-${lane}-${n}-${i}`))
    for (const { event } of batch) event.description = 'x'.repeat(Number(padding))
    const ids = batch.map(({ event }) => event.eventId)
    try {
      await store.log.append(batch)
      say({ kept: ids })
    } catch (error) {
      const { ready } = store.health()
      say({
        refused: asHeliographError(error)?.code,
        lost: ids,
        ready,
        head: (await store.log.head()).offset,
      })
      while (!store.health().ready) await after(20)
    }
  }
}

try {
  const logger = pino({ level: 'silent' })
  const store = await openSqliteStore({ directory, retention: roomyRetention, logger })
  await Promise.all([1, 2, 3, 4].map((lane) => appendForever(store, lane)))
} catch (error) {
  say({ failed: asHeliographError(error)?.code, message: String(error) })
}
