// What the seam to the log promises, for every engine.

import { describe } from 'vitest'
import type { Engine } from '../../support/engine.ts'
import { describeAppend } from './append.ts'
import { describeCursors } from './cursors.ts'
import { describeDedupe } from './dedupe.ts'
import { describeFollow } from './follow.ts'
import { describeReading } from './reading.ts'
import { describeRetention } from './retention.ts'

/** Declares the tests of an engine's log. */
export function describeEventLog(engine: Engine): void {
  describe(`the log of ${engine.name}`, () => {
    describeAppend(engine)
    describeDedupe(engine)
    describeReading(engine)
    describeCursors(engine)
    describeFollow(engine)
    describeRetention(engine)
  })
}
