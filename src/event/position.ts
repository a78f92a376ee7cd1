// Places in a log. A position names the log (epoch) and the entry (offset, dense, +1 per entry; 0 is
// before the first). A cursor adds a mark of the event there, so that a log which was restored from an
// older copy and grew again is told from the one the cursor came from.
//
// Cursor text: `c1` + base64url(epoch 8 bytes | offset 6 bytes | mark 4 bytes), opaque to clients.

import { HeliographError } from '../errors.ts'

/** Which log: 16 hexadecimal digits, random, made with the log and anew when the log lost entries. */
export type Epoch = string & { readonly brand: 'Epoch' }

export type Position = { readonly epoch: Epoch; readonly offset: number }

/** `mark` is that of the event at `offset`; 0 at offset 0. */
export type Cursor = Position & { readonly mark: number }

const version = 'c1'
const pattern = /^c1[A-Za-z0-9_-]{24}$/

/** @throws HeliographError BAD_INPUT unless it is 16 hexadecimal digits. */
export function parseEpoch(text: string): Epoch {
  if (!/^[0-9a-f]{16}$/.test(text)) throw new HeliographError('BAD_INPUT', `not an epoch: ${text}`)
  return text as Epoch
}

/** Holds the cursor that was formatted last, its epoch with it: 0.25 instead of 0.6 µs. */
const scratch = Buffer.alloc(18)
let scratchEpoch: Epoch | null = null

export function formatCursor({ epoch, offset, mark }: Cursor): string {
  if (epoch !== scratchEpoch) scratch.write(epoch, 0, 'hex')
  scratchEpoch = epoch
  scratch.writeUIntBE(offset, 8, 6)
  scratch.writeUInt32BE(mark, 14)
  return version + scratch.toString('base64url')
}

/** @throws HeliographError BAD_CURSOR that says what a cursor is, naming `field`. */
export function parseCursor(text: string, field = 'after'): Cursor {
  if (!pattern.test(text)) {
    const reason =
      /^c\d+/.test(text) && !text.startsWith(version) ? 'is of another version' : 'is not a cursor'
    throw new HeliographError(
      'BAD_CURSOR',
      `${field} ${reason}: take one from Event.cursor, ResourceChange.cursor or Query.head`,
      { field },
    )
  }
  const bytes = Buffer.from(text.slice(version.length), 'base64url')
  return {
    epoch: bytes.toString('hex', 0, 8) as Epoch,
    offset: bytes.readUIntBE(8, 6),
    mark: bytes.readUInt32BE(14),
  }
}

/** The error for a cursor that the log can no longer serve, whatever the reason. */
export function cursorExpired(reason: string, field = 'after'): HeliographError {
  return new HeliographError(
    'CURSOR_EXPIRED',
    `${reason}: events after it may be missing. Read the current state, then subscribe after Query.head`,
    { field },
  )
}
