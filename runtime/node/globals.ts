import { load } from 'host:modules'
import { random } from 'host:process'
import { Buffer } from './buffer.ts'
import { process } from './process.ts'
import {
  clearImmediate,
  clearInterval,
  clearTimeout,
  queueMicrotask,
  setImmediate,
  setInterval,
  setTimeout,
} from './timers.ts'
import { URL } from './url.ts'

/* Node's global names, and the replacement for `import()` (packaging/native-bundle.ts). */

const crypto = {
  getRandomValues<Values extends Uint8Array>(values: Values): Values {
    random(values)
    return values
  },
}

Object.assign(globalThis, {
  Buffer,
  URL,
  clearImmediate,
  clearInterval,
  clearTimeout,
  crypto,
  global: globalThis,
  loadModule: load,
  process,
  queueMicrotask,
  setImmediate,
  setInterval,
  setTimeout,
})
