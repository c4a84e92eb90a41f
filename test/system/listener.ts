import { appendFileSync, unlinkSync } from 'node:fs'
import { createServer } from 'node:net'

/*
 * Whoever listens at a socket (`@` for an abstract one), writes down what comes in a log, and answers as a bus would.
 */

const [, , address = '', log = '', guid = '0123456789abcdef0123456789abcdef'] = process.argv

const path = address.replace(/^@/, '\0')

try {
  unlinkSync(path)
} catch {
  // There was none.
}
createServer((socket) => {
  appendFileSync(log, 'connected\n')
  socket.on('data', (bytes) => {
    appendFileSync(log, `${bytes.toString('latin1')}\n`)
    socket.write(`OK ${guid}\r\n`)
  })
  socket.on('error', () => {})
}).listen(path, () => process.stdout.write('listens\n'))
