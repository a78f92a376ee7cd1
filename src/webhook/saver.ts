// Writes what couriers have come to, many endpoints in one step, a few times a second. What was attempted
// and is not written yet would be attempted again after a crash, so while a write is late nothing starts.

import type { Logger } from '../observe/logger.ts'
import type { News, Saving } from './tally.ts'
import type { EndpointId } from './webhook.ts'
import type { Lease, Webhooks } from './webhooks.ts'

/** Something whose progress is written. */
export type Savable = {
  readonly endpoint: EndpointId
  readonly lease: Lease
  save(): Saving | null
  /** What it wrote was refused: another gateway, or its owner, has changed it. */
  refused(): void
}

export type Saver = {
  /** It has something to write; `urgent`: at once. */
  changed(one: Savable, urgent: boolean): void
  /** Whether what was attempted waits longer to be written than a crash may repeat. */
  isLate(): boolean
  /** Writes everything of these now. */
  flush(ones: Iterable<Savable>): Promise<void>
  close(): Promise<void>
}

export type SaverParts = {
  readonly webhooks: Pick<Webhooks, 'save'>
  readonly holder: string
  /** Lets others hear of an endpoint; before it is written, and again if the write has to be repeated. */
  readonly tell: (endpoint: EndpointId, version: number, news: readonly News[]) => Promise<void>
  readonly logger: Pick<Logger, 'warn'>
}

const everyMs = 250
/** A crash repeats at most this much. */
const lateMs = 1_000
/** Endpoints in one write. */
const together = 500

type Written = { readonly one: Savable; readonly saving: Saving }

export function createSaver({ webhooks, holder, tell, logger }: SaverParts): Saver {
  const changed = new Set<Savable>()
  let oldestAt: number | null = null
  let timer: NodeJS.Timeout | null = null
  let running: Promise<void> = Promise.resolve()
  let isClosed = false

  async function write(ones: readonly Savable[]): Promise<void> {
    const written: Written[] = []
    for (const one of ones) {
      const saving = one.save()
      if (saving !== null) written.push({ one, saving })
    }
    for (let i = 0; i < written.length; i += together) await writePart(written.slice(i, i + together))
  }

  async function writePart(part: readonly Written[]): Promise<void> {
    try {
      for (const { one, saving } of part) {
        if (saving.news.length > 0) await tell(one.endpoint, saving.progress.version, saving.news)
      }
      const kept = await webhooks.save(
        holder,
        part.map(({ one, saving }) => ({
          lease: one.lease,
          endpoint: one.endpoint,
          progress: saving.progress,
          attempts: saving.attempts,
        })),
      )
      for (const [index, { one }] of part.entries()) if (kept[index] !== true) one.refused()
    } catch (error) {
      // It begins again from what is kept, as after a crash.
      logger.warn({ err: error }, 'what webhooks have come to could not be written')
      for (const { one } of part) one.refused()
    }
  }

  function flushChanged(): void {
    timer = null
    const ones = [...changed]
    changed.clear()
    running = running.then(async () => {
      await write(ones)
      oldestAt = changed.size > 0 ? performance.now() : null
    })
  }

  return {
    changed(one, urgent) {
      if (isClosed) return
      changed.add(one)
      oldestAt ??= performance.now()
      if (urgent && timer !== null) {
        clearTimeout(timer)
        timer = null
      }
      timer ??= setTimeout(flushChanged, urgent ? 0 : everyMs)
    },
    isLate: () => oldestAt !== null && performance.now() - oldestAt > lateMs,
    flush(ones) {
      const all = [...ones]
      for (const one of all) changed.delete(one)
      running = running.then(() => write(all))
      return running
    },
    async close() {
      isClosed = true
      if (timer !== null) clearTimeout(timer)
      flushChanged()
      await running
    },
  }
}
