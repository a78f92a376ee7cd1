// The cursor of a page of resources: the storage key it ended at, as opaque text. A key never changes,
// so a page goes on exactly where the last one stopped, whatever happened in between.
//
// Text: base64url of `r1` NUL key.

import { HeliographError } from '../errors.ts'

const prefix = 'r1\0'

export function formatPageCursor(key: string): string {
  return Buffer.from(prefix + key).toString('base64url')
}

/** @throws HeliographError BAD_CURSOR unless `formatPageCursor` made it. */
export function parsePageCursor(text: string): string {
  const decoded = Buffer.from(text, 'base64url').toString()
  const key = decoded.slice(prefix.length)
  if (!decoded.startsWith(prefix) || key === '' || formatPageCursor(key) !== text) {
    throw new HeliographError(
      'BAD_CURSOR',
      'after is not the cursor of a page: take pageInfo.endCursor or the cursor of an edge',
      {
        field: 'after',
      },
    )
  }
  return key
}
