// The engines that the conformance suites run on.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import type { Retention } from '../../src/store/store.ts'
import { type Engine, roomyRetention } from './engine.ts'
import { redisEngine } from './redis-engine.ts'

export type { Engine, Opened } from './engine.ts'

export const sqliteEngine: Engine = {
  name: 'sqlite',
  async open(changes: Partial<Retention> = {}) {
    const directory = await mkdtemp(join(tmpdir(), 'heliograph-sqlite-'))
    let retention = { ...roomyRetention, ...changes }
    const open = () => openSqliteStore({ directory, retention, logger: pino({ level: 'silent' }) })
    let store = await open()
    return {
      get store() {
        return store
      },
      async reopen(changes = {}) {
        retention = { ...retention, ...changes }
        await store.close()
        store = await open()
        return store
      },
      async stop() {
        await store.close()
        await rm(directory, { recursive: true, force: true })
      },
    }
  },
}

/** Every engine: what the seams promise holds on each. */
export const engines: readonly Engine[] = [sqliteEngine, redisEngine]
