// NDJSON streams through a running gateway: any length in flat memory, and told how far they came.

import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { query } from '../support/clients.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { answerTo, open } from './ask.ts'

const headers = { 'content-type': 'application/x-ndjson' }
let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway('sqlite', { idleTimeoutMs: 1_000 })
})
afterAll(() => gateway.stop())

function line(name: string, n: number, filler = ''): string {
  const body = {
    eventDateTime: '2026-05-14 09:31:07 +0000',
    event: 'VM.START',
    status: 'Completed',
    entity: 'VirtualMachine',
    entityuuid: `${name}-${n}`,
    description: `Successfully started ${filler}`,
  }
  return `${JSON.stringify({ body })}\n`
}

const startStream = () => open(`${gateway.url}/events`, { headers })

async function jsonOf(asked: ReturnType<typeof open>) {
  const answer = await answerTo(asked)
  return { status: answer.status, json: JSON.parse(answer.body) }
}

/** Bytes in use after a collection. */
function usedBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

describe('a stream of lines', () => {
  it('of 100,000 is taken in flat memory', async () => {
    const stream = startStream()
    const filler = 'x'.repeat(500)
    const before = usedBytes()
    let most = 0
    for (let n = 0; n < 100_000; n++) {
      if (!stream.write(line('long', n, filler))) await once(stream, 'drain')
      if (n % 20_000 === 0) most = Math.max(most, usedBytes() - before)
    }
    const { status, json } = await jsonOf(stream.end())
    expect(status).toBe(202)
    expect(json).toMatchObject({ accepted: 100_000, rejectedCount: 0 })
    expect(most).toBeLessThan(40 * 1024 ** 2)
  }, 120_000)

  it('that trickles is kept line by line, without waiting for more', async () => {
    const stream = startStream()
    stream.write(line('trickle', 1))
    await expect
      .poll(() => query(gateway.endpoint, '{ resource(kind: "VirtualMachine", id: "trickle-1") { uid } }'))
      .toEqual({ resource: { uid: 'trickle-1' } })
    stream.write(line('trickle', 2))
    expect(await jsonOf(stream.end())).toMatchObject({ status: 202, json: { accepted: 2 } })
  })

  it('that pauses for too long is answered with what was kept so far, and why it ended', async () => {
    const stream = startStream()
    stream.write(line('pause', 1) + line('pause', 2).slice(0, 20))
    expect(await jsonOf(stream)).toMatchObject({
      status: 408,
      json: { accepted: 1, error: { code: 'REQUEST_TIMEOUT', message: expect.stringContaining('in time') } },
    })
    stream.destroy()
  })

  it('that is empty is told where the log stands', async () => {
    expect(await jsonOf(startStream().end('\n\n'))).toMatchObject({
      status: 202,
      json: { accepted: 0, rejectedCount: 0, cursor: expect.stringMatching(/^c1/) },
    })
  })

  it('that breaks off costs nobody else', async () => {
    const stream = startStream()
    stream.on('error', () => {})
    stream.write(line('broken', 1))
    await once(stream, 'socket')
    stream.destroy()
    expect(await jsonOf(startStream().end(line('after-broken', 1)))).toMatchObject({ status: 202 })
  })

  it('of nothing but bad lines is 400, and tells the first 1,000 of them', async () => {
    const { status, json } = await jsonOf(startStream().end('{}\n'.repeat(2_500)))
    expect(status).toBe(400)
    expect(json).toMatchObject({ accepted: 0, rejectedCount: 2_500 })
    expect(json.rejected).toHaveLength(1_000)
    expect(json.rejected.map(({ index }: { index: number }) => index)).toEqual(
      Array.from({ length: 1_000 }, (_, n) => n),
    )
  })
})
