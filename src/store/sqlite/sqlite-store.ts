// The embedded store: one file in the data directory, one thread that writes it and one that reads it.
// A commit stops neither the fan-out nor a read.

import type { EventLog } from '../../event-log/event-log.ts'
import type { Logger } from '../../observe/logger.ts'
import type { Retention, Store } from '../store.ts'
import { type CommitHealth, createCommitHealth } from './commit-health.ts'
import type { EntryRow, ReaderCalls, WriterCalls } from './messages.ts'
import { openSqliteLog } from './sqlite-log.ts'
import { openSqliteResources } from './sqlite-resources.ts'
import { openSqliteWebhooks } from './sqlite-webhooks.ts'
import { startWorker, type WorkerLink } from './worker-link.ts'

const probeEveryMs = 1000

type SqliteSettings = { readonly directory: string; readonly retention: Retention; readonly logger: Logger }

/**
 * Opens the data in a directory, which is made if there is none.
 * @throws HeliographError STORE_IN_USE where another process has it open, BAD_SETTING where it cannot be
 * written, STORE_UNSUITABLE where what is there is not Heliograph's, or a newer version's
 */
export async function openSqliteStore({ directory, retention, logger }: SqliteSettings): Promise<Store> {
  const health = createCommitHealth(logger)
  const workers = await startWorkers(directory, retention, health)
  const { writer, reader, log } = workers
  const trim = () => health.watch(() => writer.call('trim', Date.now()))
  const stopTrimming = every(retention.trimEveryMs, trim, (err) => logger.warn({ err }, 'trimming failed'))
  const stopProbing = every(
    probeEveryMs,
    () => health.probe(() => writer.call('probe')),
    () => {},
  )

  return {
    engine: 'sqlite',
    log: { ...log, append: (drafts) => health.watch(() => log.append(drafts)) } satisfies EventLog,
    resources: openSqliteResources(reader),
    tickets: {
      put: (ticket, limits) => health.watch(() => writer.call('putTicket', ticket, limits)),
      bind: (use, limits) => health.watch(() => writer.call('bindTicket', use, limits)),
    },
    webhooks: openSqliteWebhooks(writer, reader, health),
    health: health.now,
    trim,
    async close() {
      stopTrimming()
      stopProbing()
      await workers.close()
    },
  }
}

async function startWorkers(directory: string, retention: Retention, health: CommitHealth) {
  const links: WorkerLink<never>[] = []
  let announce = (_rows: readonly EntryRow[]): void => {}
  const listener = {
    committed(rows: readonly EntryRow[]) {
      health.committed()
      announce(rows)
    },
    // One without the other is no store.
    died(reason: string) {
      health.died(reason)
      for (const link of links) link.abandon(reason)
    },
  }
  // The writer opens first: it makes the file and refuses what is not its own.
  const writing = startWorker<WriterCalls>(
    { role: 'WRITER', directory, retention },
    listener,
    Promise.resolve(),
  )
  const reading = startWorker<ReaderCalls>({ role: 'READER', directory, retention }, listener, writing)
  const [writer, reader] = await bothOrNeither(writing, reading)
  links.push(writer, reader)
  const close = async () => {
    // The reader first: the writer's last checkpoint needs the file for itself.
    await reader.close()
    await writer.close()
  }
  try {
    const log = await openSqliteLog(writer, reader)
    announce = log.committed
    return { writer, reader, log, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function bothOrNeither(
  writing: Promise<WorkerLink<WriterCalls>>,
  reading: Promise<WorkerLink<ReaderCalls>>,
) {
  const [writer, reader] = await Promise.allSettled([writing, reading])
  if (writer.status === 'rejected') throw writer.reason
  if (reader.status === 'fulfilled') return [writer.value, reader.value] as const
  await writer.value.close()
  throw reader.reason
}

/** Runs `work` again and again, never twice at once. Returns the stop. */
function every(periodMs: number, work: () => Promise<unknown>, failed: (error: unknown) => void): () => void {
  let running = false
  const timer = setInterval(() => {
    if (running) return
    running = true
    work()
      .catch(failed)
      .finally(() => {
        running = false
      })
  }, periodMs)
  timer.unref()
  return () => clearInterval(timer)
}
