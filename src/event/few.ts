// A set of objects that mostly has one member: that one stands for itself, because a Set of one takes 150
// bytes, and ten thousand filters that nobody shares would have two each.

/** Nobody, one, or a Set once there were two. Of anything but Sets. */
export type Few<T extends object> = T | Set<T> | null

/** The same with one more; a Set stays the same object. */
export function withOne<T extends object>(few: Few<T>, one: T): Few<T> {
  if (few === null || few === one) return one
  return few instanceof Set ? few.add(one) : new Set<T>().add(few).add(one)
}

/** The same with one less; a Set stays the same object while it has members. */
export function withoutOne<T extends object>(few: Few<T>, one: T): Few<T> {
  if (!(few instanceof Set)) return few === one ? null : few
  few.delete(one)
  return few.size > 0 ? few : null
}

export function countOf<T extends object>(few: Few<T>): number {
  if (few === null) return 0
  return few instanceof Set ? few.size : 1
}

/** Walks them; who is taken from a Set meanwhile is left out. */
export function each<T extends object>(few: Few<T>): Iterable<T> {
  if (few === null) return []
  return few instanceof Set ? few : [few]
}
