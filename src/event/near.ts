// What somebody may have meant: the known words that are nearest to one that is not known.

/**
 * The nearest first; only those that differ in at most a third of their letters, case aside.
 * @param most how many at most
 */
export function nearestOf(wrong: string, known: Iterable<string>, most: number): string[] {
  const meant = wrong.toLowerCase()
  return [...new Set(known)]
    .map((name) => ({ name, distance: editDistance(meant, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= name.length / 3)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map(({ name }) => name)
}

/** How many letters must be put in, taken out or exchanged to make one of the other. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [row, letter] of [...from].entries()) {
    const current = [row + 1]
    for (let column = 1; column <= to.length; column++) {
      const exchanged = (previous[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1)
      current.push(Math.min(exchanged, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[to.length] ?? 0
}
