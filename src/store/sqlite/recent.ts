// A map that forgets what was set longest ago once it is full.

export type Recent<T> = {
  get(key: string): T | undefined
  set(key: string, value: T): void
  delete(key: string): void
}

export function createRecent<T>(capacity: number): Recent<T> {
  const values = new Map<string, T>()
  return {
    get: (key) => values.get(key),
    set(key, value) {
      // Deleted first, so that what is set again counts as new.
      values.delete(key)
      values.set(key, value)
      if (values.size <= capacity) return
      for (const oldest of values.keys()) {
        values.delete(oldest)
        break
      }
    },
    delete: (key) => void values.delete(key),
  }
}
