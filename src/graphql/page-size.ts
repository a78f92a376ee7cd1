// How long a page may be, and the check of `first` and `last`.

import { HeliographError } from '../errors.ts'

/** `usual` where nothing was asked for. */
export const pageSize = { usual: 50, most: 500 } as const

/** @throws HeliographError BAD_INPUT that names the argument */
export function checkPageSize(name: 'first' | 'last', asked: number | null | undefined): number {
  const size = asked ?? pageSize.usual
  if (size >= 1 && size <= pageSize.most) return size
  throw new HeliographError('BAD_INPUT', `${name} must be 1…${pageSize.most}, not ${size}`, { field: name })
}
