// The 168 CloudStack messages of test/samples, in the order they were sent.

import { readFileSync } from 'node:fs'
import type { CloudStackMessage } from '../../src/event/cloudstack.ts'

/** Read anew at every call, so that a test may change what it got. */
export function readSamples(): CloudStackMessage[] {
  const text = readFileSync(new URL('../samples/cloudstack.jsonl', import.meta.url), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}
