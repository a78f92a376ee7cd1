#!/usr/bin/env node
// What a person starts. Plain JavaScript that an older Node reads as well, so that it can say what is
// missing instead of failing over the first line of TypeScript.

const needed = 24
const found = process.versions.node

if (Number(found.split('.')[0]) >= needed) {
  import('./main.ts')
} else {
  process.stderr.write(
    `Heliograph needs Node ${needed} or newer, and this is Node ${found}: in a clone, \`npm ci && npm start\` brings its own.\n`,
  )
  process.exitCode = 1
}
