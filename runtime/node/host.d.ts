/* The host's modules: ../src, one file for each. System errors are thrown in Node's form. */

declare module 'host:modules' {
  export function load(name: string): Promise<unknown>
}

declare module 'host:text' {
  export function isUtf8(bytes: Uint8Array): boolean
  /** `text` must be well-formed; `encoding` is one of Node's names. */
  export function encode(text: string, encoding: string): Uint8Array<ArrayBuffer>
  /** Writes as many whole characters in UTF-8 as fit. Returns the number of bytes. */
  export function encodeInto(text: string, into: Uint8Array, offset: number): number
  /** By any encoding but UTF-8. */
  export function decode(bytes: Uint8Array, start: number, end: number, encoding: string): string
  export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string
}

declare module 'host:files' {
  export function flags(): Record<OpenFlag, number>
  export function open(path: string, flags: number, mode: number): number
  export function close(fd: number): void
  /** At the position; if that is negative, at the file descriptor's own. */
  export function read(fd: number, into: Uint8Array, offset: number, length: number, position: number): number
  export function write(fd: number, from: Uint8Array, offset: number, length: number, position: number): number
  export function fsync(fd: number): void
  export function ftruncate(fd: number, length: number): void
  /**
   * Device, inode, mode, links, user, group, size, and the times of access, modification and change in milliseconds.
   */
  export function stat(path: string, required: boolean): Stats | undefined
  export function lstat(path: string, required: boolean): Stats | undefined
  export function exists(path: string): boolean
  export function fstat(fd: number): Stats
  /** The type number of the file system. */
  export function statfs(path: string): number
  export function access(path: string, mode: number): void
  export function readFile(path: string): Uint8Array<ArrayBuffer>
  export function readdir(path: string): string[]
  export function mkdir(path: string, mode: number, recursive: boolean): void
  export function rmdir(path: string): void
  export function unlink(path: string): void
  export function removeAll(path: string): void
  export function rename(from: string, to: string): void
  export function link(from: string, to: string): void
  export function symlink(target: string, path: string): void
  export function readlink(path: string): string
  export function realpath(path: string): string
  export function chmod(path: string, mode: number): void
  export function fchmod(fd: number, mode: number): void
  export function chown(path: string, user: number, group: number): void
  export function fchown(fd: number, user: number, group: number): void
  /** In seconds. */
  export function utimes(path: string, accessed: number, written: number): void
  type OpenFlag =
    | 'O_RDONLY'
    | 'O_WRONLY'
    | 'O_RDWR'
    | 'O_CREAT'
    | 'O_EXCL'
    | 'O_TRUNC'
    | 'O_APPEND'
    | 'O_NONBLOCK'
    | 'O_DIRECTORY'
    | 'O_NOFOLLOW'
  type Stats = [number, number, number, number, number, number, number, number, number, number]
}

declare module 'host:poll' {
  /** Calls back once, after this many milliseconds. All waits share one series of numbers. */
  export function after(milliseconds: number, callback: () => void): number
  /** Calls back each time that the file descriptor can be read or written, or is at its end. */
  export function watch(fd: number, writing: boolean, callback: () => void): number
  export function stop(wait: number): void
  /** Whether it keeps the process alive. */
  export function hold(wait: number, held: boolean): void
  /** Calls back when nothing keeps the process alive any more. */
  export function atEnd(callback: () => void): void
}

declare module 'host:process' {
  /** argv: the name by which the process was started, and its arguments. */
  export function words(): string[]
  export function executable(): string
  export function environment(): Record<string, string | undefined>
  export function folder(): string
  export function processId(): number
  export function parentId(): number
  export function userId(): number
  export function home(): string | undefined
  export function userName(): string | undefined
  export function hostName(): string
  export function priority(process: number): number
  export function architecture(): string
  export function random(into: Uint8Array): void
  export function kill(process: number, signal: number): void
  /** Sets the mask of new files, and returns the former one. */
  export function umask(mask: number): number
  /** Replaces this process by the program. Returns only with an error. */
  export function become(program: string, words: readonly string[], env: Readonly<Record<string, string>>): never
  export function exit(code: number): never
}

declare module 'host:socket' {
  /** A non-blocking file descriptor, connected to this path, or to an abstract name after a NUL. */
  export function connect(path: string): number
  /** A non-blocking file descriptor that begins to connect. It can be written when that has succeeded or failed. */
  export function connectTo(address: string, port: number): number
  /** Throws the error if it could not connect. */
  export function checkConnected(fd: number): void
}

declare module 'host:names' {
  /** A file descriptor that is at its end when the addresses of the host have been looked up. */
  export function lookUp(host: string): number
  /** In the system's order. Throws ENOTFOUND, or EAI_AGAIN. */
  export function found(fd: number): string[]
}

declare module 'host:tls' {
  /** Whether the certificate, in PEM, can be an authority. */
  export function isCertificate(pem: string): boolean
  /** The number of a list of authorities, in PEM: the system's as far as they can be read, and a person's own. */
  export function trust(system: string, own: string): number
  /** The number of a new connection. Errors have the codes of OpenSSL and Node. */
  export function open(trust: number, name: string): number
  export function close(session: number): void
  export function isHandshaking(session: number): boolean
  /** Takes what came from the server. */
  export function give(session: number, bytes: Uint8Array): void
  /** What is to be sent to the server; empty if that is nothing. */
  export function take(session: number): Uint8Array<ArrayBuffer>
  /** Encrypts bytes, which are then to be taken. */
  export function write(session: number, bytes: Uint8Array): void
  /** The decrypted bytes that are here; empty: none yet; `undefined`: the server has ended the connection. */
  export function read(session: number): Uint8Array<ArrayBuffer> | undefined
}

declare module 'host:http' {
  /** A length in bytes, the status, then names and values of the headers in turn; `undefined`: more is needed. */
  export function head(bytes: Uint8Array): [length: string, status: string, ...headers: string[]] | undefined
  /** The length of the line before a chunk, and of the chunk; `undefined`: more is needed. */
  export function chunkSize(bytes: Uint8Array): [length: number, size: number] | undefined
  /** The length of the lines after the last chunk; `undefined`: more is needed. */
  export function trailers(bytes: Uint8Array): number | undefined
}

declare module 'host:listener' {
  /** A non-blocking file descriptor that listens on a free port of 127.0.0.1. */
  export function listen(): number
  /** A non-blocking file descriptor that listens at a new Unix socket. */
  export function listenAt(path: string): number
  /** Makes a socket that this process was given non-blocking. Throws if it does not listen. */
  export function adopt(fd: number): void
  export function port(fd: number): number
  /** A non-blocking file descriptor of the next connection; `undefined` if there is none. */
  export function accept(fd: number): number | undefined
  /** The port at the other end of a connection; `undefined` if that is not 127.0.0.1, or the connection has ended. */
  export function peerPort(fd: number): number | undefined
  /** User and process at the other end of a Unix socket; `undefined` for another kind of socket. */
  export function peer(fd: number): [userId: number, processId: number] | undefined
}

declare module 'host:terminal' {
  export function isTerminal(fd: number): boolean
  /** Keys are read one by one and not echoed. The end of the process restores the terminal. */
  export function setRaw(fd: number, on: boolean): void
  export function size(fd: number): [columns: number, rows: number]
}

declare module 'host:signals' {
  /** A file descriptor from which one byte can be read for each received signal: its number. */
  export function open(): number
  /** Whether the signal is reported, or has its default effect. */
  export function listen(signal: number, on: boolean): void
}

declare module 'host:url' {
  /** `undefined` if it is not a valid URL. */
  export function parse(text: string): Parts | undefined
  export function withHostname(href: string, name: string): Parts
  export function resolve(text: string, base: string): Parts | undefined
  /** A part by the name of its property. */
  export function part(href: string, name: string): string | undefined
  export function withPart(href: string, name: string, value: string): Parts | undefined
  /** Names and values in turn. */
  export function parseForm(text: string): string[]
  export function formOf(namesAndValues: readonly string[]): string
  type Parts = [href: string, username: string, hostname: string]
}

declare module 'host:crypto' {
  export function digest(algorithm: string, bytes: Uint8Array): Uint8Array<ArrayBuffer>
  export function hmac(algorithm: string, key: Uint8Array, bytes: Uint8Array): Uint8Array<ArrayBuffer>
  /** With SHA-256. */
  export function hkdf(key: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array<ArrayBuffer>
  /** `cost` is the logarithm of scrypt's N. */
  export function scrypt(
    password: Uint8Array,
    salt: Uint8Array,
    length: number,
    cost: number,
    r: number,
    p: number,
  ): Uint8Array<ArrayBuffer>
  /** AES-256-GCM: the ciphertext followed by the tag. */
  export function sealGcm(
    key: Uint8Array,
    nonce: Uint8Array,
    associated: Uint8Array,
    plain: Uint8Array,
  ): Uint8Array<ArrayBuffer>
  /** `undefined` if the tag after the ciphertext is wrong. */
  export function openGcm(
    key: Uint8Array,
    nonce: Uint8Array,
    associated: Uint8Array,
    sealed: Uint8Array,
  ): Uint8Array<ArrayBuffer> | undefined
  /** AES-128-CBC with padding. */
  export function encryptCbc(key: Uint8Array, iv: Uint8Array, plain: Uint8Array): Uint8Array<ArrayBuffer>
  export function decryptCbc(key: Uint8Array, iv: Uint8Array, sealed: Uint8Array): Uint8Array<ArrayBuffer>
  /** The base to the power of the exponent, in the second Oakley group. */
  export function oakley2(base: Uint8Array, exponent: Uint8Array): Uint8Array<ArrayBuffer>
  export function verifyEd25519(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  /** `algorithm` is RS256, PS256 and so on. */
  export function verifyRsa(
    algorithm: string,
    modulus: Uint8Array,
    exponent: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
  ): boolean
  /** `algorithm` is ES256 or ES384; the key is an uncompressed point. */
  export function verifyEcdsa(algorithm: string, key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
}

declare module 'host:child' {
  /**
   * Starts a program by its path. `stdio` lists our file descriptors for its 0, 1, 2 and so on: -1 is a new pipe, -2
   * nothing. `detached`: in a session of its own. Returns the process ID and, for each, our end of the pipe or -1.
   */
  export function start(
    program: string,
    words: readonly string[],
    env: Readonly<Record<string, string>>,
    folder: string,
    stdio: readonly number[],
    detached: boolean,
  ): [process: number, ...pipes: number[]]
  /** The exit code, and the signal that ended it or 0; `undefined` while it runs. */
  export function ended(process: number): [code: number, signal: number] | undefined
}

declare module 'host:keyring' {
  export function read(service: string, account: string): string | undefined
  export function keep(service: string, account: string, text: string): void
  export function forget(service: string, account: string): boolean
}

declare module 'host:zlib' {
  /** Throws if the result has more than `longest` bytes. */
  export function gunzip(archive: Uint8Array, longest: number): Uint8Array<ArrayBuffer>
}
