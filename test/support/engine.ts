// What a conformance suite needs of an engine: stores on data of their own, opened again at will.

import type { Retention, Store } from '../../src/store/store.ts'

/** A store on data of its own, which `stop` removes. */
export type Opened = {
  /** The store as last opened. */
  readonly store: Store
  /** Closes the store and opens the same data again, with the retention of `open` changed by `retention`. */
  reopen(retention?: Partial<Retention>): Promise<Store>
  /** Closes the store if it is open, and removes the data. */
  stop(): Promise<void>
}

export type Engine = {
  readonly name: string
  /** Opens a store on new, empty data. What `retention` leaves out is as `roomyRetention` has it. */
  open(retention?: Partial<Retention>): Promise<Opened>
}

/** Keeps everything, and trims only when told to. */
export const roomyRetention: Retention = {
  maxAgeMs: 7 * 24 * 3_600_000,
  maxEntries: 1_000_000,
  dedupeEntries: 1_000_000,
  dedupeMs: 24 * 3_600_000,
  trimEveryMs: 3_600_000,
}

/**
 * Opens a store on data that stays until `stop`.
 * @param openStore opens the same data every time
 */
export async function openOn(
  openStore: (retention: Retention) => Promise<Store>,
  changes: Partial<Retention>,
  removeData: () => Promise<unknown>,
): Promise<Opened> {
  let retention = { ...roomyRetention, ...changes }
  let store = await openStore(retention)
  return {
    get store() {
      return store
    },
    async reopen(changes = {}) {
      retention = { ...retention, ...changes }
      await store.close()
      store = await openStore(retention)
      return store
    },
    async stop() {
      await store.close()
      await removeData()
    },
  }
}
