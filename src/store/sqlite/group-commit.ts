// Small writes of the embedded store: what is asked within one turn of the event loop is one commit, and
// each is answered after it.

import type { DatabaseSync } from 'node:sqlite'
import { asHeliographError } from '../../errors.ts'
import { transaction } from './transaction.ts'

export type GroupCommit = {
  /**
   * Runs `work` within the next commit, after what was added before it.
   * @param work may throw a HeliographError before it has written anything: that refuses it alone. Any
   * other error refuses all of the commit, and nothing of it is written.
   * @returns what `work` returned, once that is durable
   */
  add<T>(work: () => T): Promise<T>
  /** Has `listener` called where a commit failed: what it remembers of the data may be wrong. */
  onUndone(listener: () => void): void
  /** Whether something still waits for its commit. */
  isBusy(): boolean
}

type Waiting = {
  /** Returns what tells the answer. */
  run(): () => void
  reject(error: unknown): void
}

export function createGroupCommit(database: DatabaseSync): GroupCommit {
  const listeners: (() => void)[] = []
  let waiting: Waiting[] = []

  function commit(): void {
    const group = waiting
    waiting = []
    try {
      const answers = transaction(database, () => group.map(({ run }) => run()))
      for (const answer of answers) answer()
    } catch (error) {
      for (const listener of listeners) listener()
      for (const { reject } of group) reject(error)
    }
  }

  return {
    add<T>(work: () => T) {
      const { promise, resolve, reject } = Promise.withResolvers<T>()
      const run = () => {
        try {
          const result = work()
          return () => resolve(result)
        } catch (error) {
          if (asHeliographError(error) === null) throw error
          return () => reject(error)
        }
      }
      waiting.push({ run, reject })
      if (waiting.length === 1) setImmediate(commit)
      return promise
    },
    onUndone: (listener) => void listeners.push(listener),
    isBusy: () => waiting.length > 0,
  }
}
