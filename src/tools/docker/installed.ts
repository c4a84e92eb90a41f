import type { Machine } from '../tool.ts'
import type { Client } from './places.ts'

/** The programs that read podman's files. */
export const containersPrograms: readonly string[] = ['podman', 'skopeo', 'buildah']

/** Those of the programs that are on PATH. */
export function onPath(machine: Machine, programs: readonly string[]): readonly string[] {
  return programs.filter((program) => machine.program(program) !== undefined)
}

/** Whether a program that reads the client's file is on PATH, or has written something into the file (`text`). */
export function isInstalled(machine: Machine, { programs }: Client, text: string): boolean {
  return onPath(machine, programs).length > 0 || text.trim() !== '{}'
}
