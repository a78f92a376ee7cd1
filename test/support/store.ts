// The engines that the conformance suites run on.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { type Engine, openOn } from './engine.ts'
import { redisEngine } from './redis-engine.ts'

export type { Engine, Opened } from './engine.ts'

const logger = pino({ level: 'silent' })

export const sqliteEngine: Engine = {
  name: 'sqlite',
  async open(changes = {}) {
    const directory = await mkdtemp(join(tmpdir(), 'heliograph-sqlite-'))
    return openOn(
      (retention) => openSqliteStore({ directory, retention, logger }),
      changes,
      () => rm(directory, { recursive: true, force: true }),
    )
  },
}

/** Every engine: what the seams promise holds on each. */
export const engines: readonly Engine[] = [sqliteEngine, redisEngine]
