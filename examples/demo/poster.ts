// Carries messages to the ingest door, one request at a time: what comes meanwhile waits for the next
// one. A gateway that is busy or gone is asked again; nothing is thrown away.

export type Counts = { accepted: number; duplicates: number; ignored: number; rejected: number }

export type Poster = {
  readonly counts: Counts
  /** Messages not yet answered for: the sender slows down when they pile up. */
  waiting(): number
  send(messages: readonly object[]): void
  /** Resolves when nothing waits any more. */
  close(): Promise<void>
}

const batchSize = 500
const retryMs = 1_000

/** @param contentType of the batches, each a JSON array */
export function createPoster(url: string, contentType = 'application/json'): Poster {
  const counts: Counts = { accepted: 0, duplicates: 0, ignored: 0, rejected: 0 }
  const queue: object[] = []
  let posting: Promise<void> | null = null

  const drain = async () => {
    while (queue.length > 0) {
      const batch = queue.slice(0, batchSize)
      count(counts, await postUntilTaken(url, contentType, batch))
      queue.splice(0, batch.length)
    }
    posting = null
  }
  return {
    counts,
    waiting: () => queue.length,
    send(messages) {
      queue.push(...messages)
      if (queue.length > 0) posting ??= drain()
    },
    close: async () => {
      await posting
    },
  }
}

type Answer = { accepted: number; duplicates: number; ignored?: number; rejectedCount: number }

async function postUntilTaken(url: string, contentType: string, batch: readonly object[]): Promise<Answer> {
  for (;;) {
    const request = { method: 'POST', headers: { 'content-type': contentType }, body: JSON.stringify(batch) }
    const response = await fetch(url, request).catch(() => null)
    if (response?.status === 202 || response?.status === 400) return (await response.json()) as Answer
    if (response !== null && response.status !== 503) throw new Error(`${url}: ${await response.text()}`)
    await new Promise((resolve) => setTimeout(resolve, retryMs))
  }
}

function count(counts: Counts, answer: Answer): void {
  counts.accepted += answer.accepted
  counts.duplicates += answer.duplicates
  counts.ignored += answer.ignored ?? 0
  counts.rejected += answer.rejectedCount
}
