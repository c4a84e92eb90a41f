import { read } from 'host:files'
import { hold, watch } from 'host:poll'
import { listen, open } from 'host:signals'

/* https://man7.org/linux/man-pages/man7/signal.7.html */

export const signals: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGIOT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPOLL: 29,
  SIGPWR: 30,
  SIGSYS: 31,
}

export function signalName(number: number): string {
  return Object.keys(signals).find((name) => signals[name] === number) ?? `SIG${number}`
}

const heard = new Map<number, () => void>()
let waiting: number | undefined

/** Calls back when the signal arrives, in place of its default effect. Does not keep the process alive. */
export function hear(signal: number, callback: () => void): void {
  waiting ??= listening()
  heard.set(signal, callback)
  listen(signal, true)
}

export function ignore(signal: number): void {
  if (heard.delete(signal)) listen(signal, false)
}

/** Whether awaited signals keep the process alive. */
export function holdSignals(on: boolean): void {
  if (waiting !== undefined) hold(waiting, on)
}

function listening(): number {
  const fd = open()
  const numbers = new Uint8Array(64)
  const wait = watch(fd, false, () => {
    const count = read(fd, numbers, 0, numbers.length, -1)
    for (const number of numbers.slice(0, count)) heard.get(number)?.()
  })
  hold(wait, false)
  return wait
}
