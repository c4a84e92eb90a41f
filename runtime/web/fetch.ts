/** oauth4webapi falls back to it. Whoever uses that passes the client of src/system/http. */
export function fetch(): never {
  throw new TypeError('asked without a client')
}
