// Cuts a stream of bytes into lines, keeping no more than one unfinished line. A line over the limit is
// reported without its bytes, and the lines after it are cut as if nothing had been.

export type Line = {
  /** Counted from 0; blank lines count, so that it points into the sender's file. */
  readonly index: number
  /** Without the line end; null where the line was over the limit. */
  readonly bytes: Buffer | null
}

export type LineCutter = {
  /** The lines that end within this piece; blank ones are left out. */
  push(piece: Buffer): Line[]
  /** The last line, where the stream did not end with a line end. */
  end(): Line[]
}

const newline = 0x0a
const carriageReturn = 0x0d
const space = 0x20

/** @param limit bytes a line may have */
export function createLineCutter(limit: number): LineCutter {
  let index = 0
  let started: Buffer[] = []
  let startedBytes = 0

  /** Keeps the beginning of a line for as long as it may still be taken. */
  const keep = (part: Buffer) => {
    startedBytes += part.length
    if (startedBytes > limit + 1) started = []
    else started.push(part)
  }

  const finish = (lines: Line[]) => {
    const whole = started.length === 1 ? (started[0] ?? Buffer.alloc(0)) : Buffer.concat(started)
    const bytes = startedBytes > limit + 1 ? null : trimmed(whole)
    if (bytes === null || bytes.length > limit) lines.push({ index, bytes: null })
    else if (bytes.length > 0) lines.push({ index, bytes })
    index += 1
    started = []
    startedBytes = 0
  }

  return {
    push(piece) {
      const lines: Line[] = []
      let from = 0
      for (let at = piece.indexOf(newline); at !== -1; at = piece.indexOf(newline, from)) {
        keep(piece.subarray(from, at))
        finish(lines)
        from = at + 1
      }
      if (from < piece.length) keep(piece.subarray(from))
      return lines
    },
    end() {
      const lines: Line[] = []
      if (startedBytes > 0) finish(lines)
      return lines
    },
  }
}

/** Without the line's `\r`; empty where there is nothing but white space. */
function trimmed(bytes: Buffer): Buffer {
  const line = bytes.at(-1) === carriageReturn ? bytes.subarray(0, -1) : bytes
  return line.every((byte) => byte === space || byte === 0x09) ? line.subarray(0, 0) : line
}
