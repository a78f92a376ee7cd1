import { expect, test } from 'vitest'
import { createMetrics } from '../../src/observe/metrics.ts'

test('every metric is there under its documented name, with what was counted', async () => {
  const metrics = createMetrics()
  metrics.ingested('logged', 3)
  metrics.ingested('duplicate', 1)
  metrics.logHead(17)
  metrics.deliveries('sse', 2)
  metrics.subscribers(2)
  metrics.subscribers(-1)
  metrics.audiences(1)
  metrics.catchUps()
  metrics.connections('websocket', 1)
  metrics.refused('operations')
  metrics.appendSeconds(0.004)
  metrics.lagEntries(9)
  metrics.amqpReceived()
  metrics.amqpDeadLettered(2)
  metrics.amqpConnected(true)
  const text = await metrics.text()
  for (const line of [
    'heliograph_events_ingested_total{result="logged"} 3',
    'heliograph_events_ingested_total{result="duplicate"} 1',
    'heliograph_events_ingested_total{result="rejected"} 0',
    'heliograph_events_ingested_total{result="ignored"} 0',
    'heliograph_log_head_offset 17',
    'heliograph_deliveries_total{transport="sse"} 2',
    'heliograph_subscribers 1',
    'heliograph_audiences 1',
    'heliograph_catch_ups_total 1',
    'heliograph_connections{transport="websocket"} 1',
    'heliograph_refused_total{limit="operations"} 1',
    'heliograph_refused_total{limit="connections"} 0',
    'heliograph_append_seconds_bucket{le="0.005"} 1',
    'heliograph_append_seconds_count 1',
    'heliograph_lag_entries 9',
    'heliograph_amqp_received_total 1',
    'heliograph_amqp_dead_lettered_total 2',
    'heliograph_amqp_connected 1',
  ]) {
    expect(text).toContain(line)
  }
  expect(text).toContain('process_cpu_seconds_total')
  expect(metrics.contentType).toMatch(/^text\/plain; version=0\.0\.4/)
})

test('two gateways in one process count apart', async () => {
  const [one, other] = [createMetrics(), createMetrics()]
  one.ingested('logged', 5)
  expect(await other.text()).toContain('heliograph_events_ingested_total{result="logged"} 0')
})
