// The entry of both workers: opens what it is started for when told to, then answers calls. Answers and news of one
// turn leave as one message.

import { parentPort, workerData } from 'node:worker_threads'
import { describeFailure } from './failure.ts'
import type { Report, Request, WorkerSettings } from './messages.ts'
import { openReader } from './reader.ts'
import { openWriter } from './writer.ts'

type Call = (...args: unknown[]) => unknown

const { role, directory, retention } = workerData as WorkerSettings
let outbox: Report[] = []

function send(report: Report): void {
  outbox.push(report)
  if (outbox.length === 1) queueMicrotask(flush)
}

function flush(): void {
  const reports = outbox
  outbox = []
  parentPort?.postMessage(reports)
}

let calls: { readonly [name: string]: Call } = { open }

/** The first call; the others are those of the role. */
function open(): void {
  const opened =
    role === 'WRITER'
      ? openWriter(directory, retention, (rows) => send({ kind: 'COMMITTED', rows }))
      : openReader(directory, retention)
  calls = opened as unknown as { readonly [name: string]: Call }
}

async function answer(id: number, call: () => unknown): Promise<void> {
  try {
    send({ kind: 'ANSWER', id, value: await call() })
  } catch (error) {
    send({ kind: 'FAILURE', id, failure: describeFailure(error) })
  }
}

parentPort?.on('message', (requests: readonly Request[]) => {
  for (const { id, name, args } of requests) void answer(id, () => calls[name]?.(...args))
})
