// The last line of a test run: `N passed, N failed`, alone on its line, for whoever reads the log by
// program. A run without a single passed test is a failed run.

import type { Reporter, TestModule } from 'vitest/node'

/** A vitest reporter; put it last. */
export function summaryReporter(): Reporter {
  return {
    onTestRunEnd(modules, unhandledErrors) {
      const states = modules.flatMap((module) =>
        [...module.children.allTests()].map((test) => test.result().state),
      )
      const passed = states.filter((state) => state === 'passed').length
      const broken = modules.filter(failedOutsideItsTests).length + unhandledErrors.length
      const failed = states.filter((state) => state === 'failed').length + broken
      if (passed === 0) process.exitCode = 1
      process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
    },
  }
}

/** A file that could not be loaded, or whose hooks failed, has errors and no failed test. */
function failedOutsideItsTests(module: TestModule): boolean {
  if (module.errors().length > 0) return true
  return [...module.children.allSuites()].some((suite) => suite.errors().length > 0)
}
