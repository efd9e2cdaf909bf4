import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import process from 'node:process'

/** What the figures were measured on. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'an unknown processor'
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${model}, ${availableParallelism()} cores, ${memory} GiB, Node ${process.versions.node}, ${process.platform}`
}

/** Load averages over 1, 5 and 15 minutes: figures of a busy machine are worth less. */
export function load(): string {
  return loadavg()
    .map((value) => value.toFixed(2))
    .join(' ')
}

/** The commit that was measured, with a plus when the tree differs from it; empty outside a repository. */
export function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') !== ''
    return `${git('rev-parse', '--short', 'HEAD')}${changed ? '+' : ''}`
  } catch {
    return ''
  }
}

/** Processor time that a process has used in all its threads, seconds to a hundredth. @throws Error where there is no /proc */
export function processorSeconds(pid: number): number {
  const after = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  // User and system time in ticks of a hundredth of a second (proc_pid_stat(5), fields 14 and 15).
  return (Number(after[11]) + Number(after[12])) / 100
}

/** Resident memory of a process and its children, bytes; 0 when it is gone. */
export function residentBytes(root: number): number {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const family = new Set([root])
  // Children are listed in any order: go on until no more are found.
  for (let known = 0; known !== family.size; ) {
    known = family.size
    for (const [pid = 0, parent = 0] of rows) if (family.has(parent)) family.add(pid)
  }
  return rows.reduce((sum, [pid = 0, , kilobytes = 0]) => sum + (family.has(pid) ? 1024 * kilobytes : 0), 0)
}
