// The order in which batches of deliveries reach the log, at moments that a real store passes through too
// fast to be caught.

import { expect, test } from 'vitest'
import { HeliographError } from '../../src/errors.ts'
import { createBatches } from '../../src/ingest/amqp-source-batches.ts'
import { decodeText } from '../../src/ingest/decode.ts'
import { createIntake } from '../../src/ingest/intake.ts'
import { createMetrics } from '../../src/observe/metrics.ts'
import { createGatedLog, type GatedAppend } from '../support/gated-log.ts'

const routingKey = 'management-server.ActionEvent.VM-START.VirtualMachine.x'
const body = (n: number) =>
  Buffer.from(JSON.stringify({ event: 'VM.START', status: 'Completed', id: `e${n}` }))
const unavailable = new HeliographError('STORE_UNAVAILABLE', 'the store is away')

function start() {
  const log = createGatedLog()
  const intake = createIntake({ log, metrics: createMetrics() })
  const acknowledged: number[] = []
  const over = new AbortController()
  const batches = createBatches(
    {
      decode: (delivery) =>
        decodeText(delivery.routingKey, delivery.body, '2026-05-15T12:00:00.000Z', { eventBytes: 10_000 }),
      keep: (items) => intake.submit(items),
      putAside: () => Promise.resolve(),
      acknowledge: (tag) => acknowledged.push(tag),
      failed: () => {},
      recovered: () => {},
    },
    over.signal,
  )
  const deliver = (count: number) => {
    for (let n = 1; n <= count; n++) batches.add({ tag: n, routingKey, body: body(n) })
  }
  return { log, batches, deliver, acknowledged, over }
}

const firstOf = ({ drafts }: GatedAppend) => drafts[0]?.event.data

test('a batch is handed to the log behind the one before, and acknowledged after it', async () => {
  const { log, batches, deliver, acknowledged } = start()
  deliver(1_200)
  const [first, second] = [await log.next(), await log.next()]
  expect([first.drafts.length, second.drafts.length]).toEqual([500, 500])
  expect(acknowledged).toEqual([])
  first.succeed()
  second.succeed()
  const third = await log.next()
  third.succeed()
  await batches.settled()
  expect(acknowledged).toEqual([500, 1_000, 1_200])
})

test('batches that fail are kept in their order, with nothing from behind before them', async () => {
  const { log, batches, deliver, acknowledged } = start()
  deliver(1_200)
  const [first, second] = [await log.next(), await log.next()]
  first.fail(unavailable)
  second.fail(unavailable)
  const firstAgain = await log.next()
  expect(firstOf(firstAgain)).toEqual(firstOf(first))
  expect(log.appends).toHaveLength(3)
  firstAgain.succeed()
  const secondAgain = await log.next()
  expect(firstOf(secondAgain)).toEqual(firstOf(second))
  secondAgain.succeed()
  const third = await log.next()
  expect(third.drafts).toHaveLength(200)
  third.succeed()
  await batches.settled()
  expect(acknowledged).toEqual([500, 1_000, 1_200])
})

test('nothing is acknowledged behind a batch that was given up', async () => {
  const { log, batches, deliver, acknowledged, over } = start()
  deliver(1_200)
  const [first, second] = [await log.next(), await log.next()]
  over.abort()
  first.fail(unavailable)
  second.succeed()
  await batches.settled()
  expect(acknowledged).toEqual([])
  expect(log.appends).toHaveLength(2)
})
