// The gateway's end of one worker: calls in, answers out. Once the worker has died every call, pending
// or later, throws STORE_UNAVAILABLE.

import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { HeliographError } from '../../errors.ts'
import { toError } from './failure.ts'
import type { EntryRow, Report, Request, WorkerSettings } from './messages.ts'

type Call = (...args: never[]) => unknown
type Answer<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never

/** What a worker answers, asked from another thread. */
export type WorkerLink<C extends { [K in keyof C]: Call }> = {
  call<K extends keyof C & string>(name: K, ...args: Parameters<C[K]>): Promise<Answer<C[K]>>
  /** Waits for the calls under way, has the worker close and ends it. Later calls throw STORE_UNAVAILABLE. */
  close(): Promise<void>
  /** Ends the worker at once; every call, pending or later, throws STORE_UNAVAILABLE. */
  abandon(reason: string): void
}

type Listener = {
  /** What a commit added to the log. */
  committed(rows: readonly EntryRow[]): void
  /** The worker ended though nobody closed it. */
  died(reason: string): void
}

type Pending = {
  readonly answer: Promise<unknown>
  resolve(value: unknown): void
  reject(error: HeliographError): void
}

/**
 * Starts a worker, and has it open its data once `mayOpen` resolves. Throws what either throws; then the
 * worker has ended.
 */
export async function startWorker<C extends { [K in keyof C]: Call }>(
  settings: WorkerSettings,
  listener: Listener,
  mayOpen: Promise<unknown>,
): Promise<WorkerLink<C>> {
  const pending = new Map<number, Pending>()
  let outbox: Request[] = []
  let lastId = 0
  /** Why no call is taken any more; null while they are. */
  let refusal: string | null = null

  // The same file as source and as built package.
  const worker = new Worker(new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: settings,
    name: `heliograph-${settings.role.toLowerCase()}`,
  })
  worker.on('message', (reports: readonly Report[] | object) => {
    // Under --watch Node sends messages of its own through the same port.
    if (Array.isArray(reports)) for (const report of reports) settle(report)
  })
  worker.on('error', (error) => die(`a thread of the embedded store failed: ${error}`))
  worker.on('exit', () => die('a thread of the embedded store ended'))

  function settle(report: Report): void {
    if (report.kind === 'COMMITTED') {
      listener.committed(report.rows)
      return
    }
    const waiting = pending.get(report.id)
    pending.delete(report.id)
    if (report.kind === 'ANSWER') waiting?.resolve(report.value)
    else waiting?.reject(toError(report.failure))
  }

  function die(reason: string): void {
    const unexpected = refusal === null
    refusal ??= reason
    for (const waiting of pending.values()) waiting.reject(unavailable(reason))
    pending.clear()
    if (unexpected) listener.died(reason)
  }

  function expectAnswer(id: number): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    pending.set(id, { answer: promise, resolve, reject })
    return promise
  }

  function ask(name: string, args: readonly unknown[]): Promise<unknown> {
    outbox.push({ id: ++lastId, name, args })
    // What one turn of the event loop asks goes as one message.
    if (outbox.length === 1) queueMicrotask(flush)
    return expectAnswer(lastId)
  }

  function flush(): void {
    const requests = outbox
    outbox = []
    worker.postMessage(requests)
  }

  try {
    await mayOpen
    await ask('open', [])
  } catch (error) {
    refusal ??= 'the embedded store did not open'
    await worker.terminate()
    throw error
  }

  return {
    async call(name, ...args) {
      if (refusal !== null) throw unavailable(refusal)
      return (await ask(name, args)) as never
    },
    async close() {
      if (refusal !== null) return
      refusal = 'the embedded store is closed'
      await Promise.allSettled([...pending.values()].map((waiting) => waiting.answer))
      try {
        await ask('close', [])
      } finally {
        await worker.terminate()
      }
    },
    abandon(reason) {
      refusal ??= reason
      die(reason)
      void worker.terminate()
    },
  }
}

function unavailable(reason: string): HeliographError {
  return new HeliographError('STORE_UNAVAILABLE', `${reason}: nothing can be read or logged`)
}
