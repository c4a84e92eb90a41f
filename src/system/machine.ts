import type { Run } from '../core/program.ts'
import type { Change } from './change.ts'
import type { Folders } from './folders.ts'
import type { ReadableFiles } from './readable-files.ts'
import type { ConnectSocket } from './unix-socket.ts'
import type { Files } from './user-files.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export type KeychainAddon = typeof import('@napi-rs/keyring')

/**
 * The programs by which clients start our commands that run on Node. There are none if the standalone executable is
 * installed. Those that keep the options for Node start the caller's own program.
 */
export interface Wrappers {
  write(commands: readonly string[], keepingOptions?: readonly string[]): void
  remove(commands: readonly string[]): void
  /** What is wrong with the wrapper of a command, for a person; `undefined` if it is as it should be. */
  fault(command: string, keepingOptions?: readonly string[]): string | undefined
}

/** What a client's call uses of this process and the computer. */
export interface ClientMachine {
  readonly env: Environment
  readonly platform: string
  /** -1 on systems without numeric user IDs. */
  readonly userId: number
  /** This process's ID. */
  readonly processId: number
  readonly home: string
  /** The folders of credbridge's own files. */
  readonly folders: Folders
  /** The working directory. It may contain a stranger's files: they are data, never programs or settings. */
  readonly workingFolder: string

  /** Runs a program by its absolute path. */
  readonly run: Run
  /**
   * Runs `credbridge` itself with these words, in a process and a session of its own and with this text on its standard
   * input. Returns when it has ended, or after this many milliseconds; it goes on then, and when this process ends.
   * `unavailable` if it cannot be started.
   */
  runApart(words: readonly string[], input: string, limit: number): Promise<void>
  /**
   * The absolute path of a program on PATH. Never one found through a relative folder, such as the working directory.
   */
  program(name: string): string | undefined
  /** Loads the keychain's addon. Throws if there is none for this system. */
  addon(): Promise<KeychainAddon>
  /** How to connect to a Unix socket. */
  connector(): Promise<ConnectSocket>
  /** Sets an environment variable of this process, for a library that reads it. */
  setVariable(name: string, value: string): void
  /** The text of the file open at this descriptor, which can be read repeatedly; `undefined` if there is none. */
  readDescriptor(descriptor: number): string | undefined
  /** Shows the person one line, if a person reads it. Clients would take output of their helper for an error. */
  say(line: string): void | Promise<void>
  /** The whole machine. It is loaded then, because few calls of clients need it. */
  whole(): Promise<Machine>
}

/** What the launch of a tool's program uses, too. */
export interface LauncherMachine extends ClientMachine {
  readonly files: ReadableFiles
  /** Whether the program with this absolute path belongs to this installation of credbridge. */
  isOwnProgram(program: string): boolean
}

/**
 * What this process and the computer offer, with the files of a person's tools and this installation. src/edge makes the
 * real one; tests make one with a temporary home.
 */
export interface Machine extends LauncherMachine {
  readonly files: Files
  /**
   * The absolute path by which a client starts one of our installed commands, with any PATH; `undefined` if it does not
   * exist or cannot be run. It may be a wrapper. `credbridge setup` writes that; a caller outside of setup must write
   * it first.
   */
  ownCommand(command: string): string | undefined
  /** The changes that make PATH lead to the standalone executable for these commands; none if they are not needed. */
  relink(commands: readonly string[]): readonly Change[]
  readonly wrappers: Wrappers
  /** Keeps what the runtime compiles these commands to, so that they start faster. Where it cannot, nothing changes. */
  compile(commands: readonly string[]): Promise<void>
  /** The absolute path of a program for this system that ships with the commands; `undefined` if it is not there. */
  shippedProgram(name: string): string | undefined
  /** The text of a file that ships with the commands. */
  shippedFile(name: string): string | undefined
}
