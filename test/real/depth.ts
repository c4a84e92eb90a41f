import { type TestAPI, type TestFunction, type TestOptions, test } from 'vitest'

/**
 * Whether `npm run test:slow` runs the tests, and not `npm test`. vitest.config.ts adds each file that imports this one, and
 * so has tests for both, to `npm run test:slow`.
 */
export const isSlow: boolean = process.env['CREDBRIDGE_TEST_PROJECT'] === 'slow'

type Declare = Pick<TestAPI, 'each' | 'skipIf'> & {
  (name: string, body: TestFunction, timeout?: number): void
  (name: string, options: TestOptions, body: TestFunction): void
}

const undeclared: Declare = Object.assign(() => {}, { each: () => () => {}, skipIf: () => undeclared as TestAPI })

/** Declares a test that `npm test` runs: what happens every day. */
export const usual: Declare = isSlow ? undeclared : test

/** Declares a test that `npm run test:slow` runs: variations, and what takes long. */
export const thorough: Declare = isSlow ? test : undeclared

type Suite = (name: string, body: never) => unknown

const undeclaredSuite: Suite = () => {}

/** Declares a suite all of whose tests are `usual`: `usually(describe)('…', () => {…})`. */
export const usually = <S extends Suite>(suite: S): S => (isSlow ? (undeclaredSuite as S) : suite)

/** Declares a suite all of whose tests are `thorough`. */
export const thoroughly = <S extends Suite>(suite: S): S => (isSlow ? suite : (undeclaredSuite as S))
