// Connections by origin: a pool and its room for each. Pools of origins that nobody calls are closed, those
// that have rested longest first, once there are more of them than are kept.

import { Pool } from 'undici'
import type { AddressGuard } from './address-guard.ts'
import { portOf } from './http-uri.ts'
import { createSlots, type Slots } from './slots.ts'

export type Origin = { readonly pool: Pool; readonly slots: Slots }

export type Origins = {
  /** Of a URL's origin. */
  get(url: URL): Origin
  close(): Promise<void>
}

export type OriginsOptions = {
  readonly guard: AddressGuard
  /** The most connections to one origin. */
  readonly connections: number
  /** Above so many origins, pools of those that nobody calls just now are closed. */
  readonly mostKept: number
  /** Certificates of authorities beside the well-known ones, as PEM; null for none. */
  readonly ca: string | null
}

type Kept = Origin & { end(): Promise<void> }

const connectMs = 10_000
const keepAliveMs = 4_000

export function createOrigins({ guard, connections, mostKept, ca }: OriginsOptions): Origins {
  // In the order of their last use.
  const kept = new Map<string, Kept>()

  function open(url: URL): Kept {
    const port = portOf(url)
    const tls = ca === null ? {} : { ca: [ca] }
    const connector = guard.createConnector(port, { ...tls, allowH2: false, timeout: connectMs })
    const pool = new Pool(url.origin, {
      connections,
      pipelining: 1,
      allowH2: false,
      connect: connector.connect,
      keepAliveTimeout: keepAliveMs,
      maxHeaderSize: 16_384,
    })
    const end = async () => {
      connector.close()
      await pool.destroy()
    }
    return { pool, slots: createSlots(connections), end }
  }

  function closeResting(): void {
    for (const [name, origin] of kept) {
      if (kept.size < mostKept) return
      if (!origin.slots.isIdle()) continue
      kept.delete(name)
      void origin.end()
    }
  }

  return {
    get(url) {
      const name = url.origin
      const origin = kept.get(name) ?? open(url)
      kept.delete(name)
      closeResting()
      kept.set(name, origin)
      return origin
    },
    async close() {
      await Promise.all([...kept.values()].map((origin) => origin.end()))
      kept.clear()
    },
  }
}
