import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'

export interface Answer {
  readonly seconds?: number
  readonly version?: string
  readonly ids?: readonly (readonly number[])[]
}

/** A Python program beside ours that takes one command a line and answers each with a line of JSON. */
export class PythonPeer {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  private constructor(child: ChildProcess) {
    this.#child = child
    if (!child.stdout) throw new Error('The peer has no output.')
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  }

  /**
   * Starts the program, or says why it cannot run: STOREMIND_BENCH_PYTHON names an interpreter that has the packages,
   * otherwise `python3` of the PATH is asked.
   */
  static start(script: URL, packages: readonly string[]): PythonPeer | string {
    const python = process.env['STOREMIND_BENCH_PYTHON'] ?? 'python3'
    const probe = spawnSync(python, ['-c', packages.map((name) => `import ${name}`).join('\n')], { encoding: 'utf8' })
    if (probe.error) return `${python} does not run: ${probe.error.message}`
    if (probe.status !== 0) {
      return `${python} lacks one of ${packages.join(', ')}: ${probe.stderr.trim().split('\n').at(-1)}`
    }
    return new PythonPeer(spawn(python, [script.pathname], { stdio: ['pipe', 'pipe', 'ignore'] }))
  }

  /** @throws Error where the program has ended */
  async ask(command: Readonly<Record<string, unknown>>): Promise<Answer> {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`)
    const { value, done } = await this.#lines.next()
    if (done) throw new Error(`The peer ended at ${JSON.stringify(command).slice(0, 200)}.`)
    const answer: Answer = JSON.parse(value)
    return answer
  }

  close(): void {
    this.#child.kill()
  }
}

/** Hands the peer a data set under a name: a line `user item item …` for each user. */
export async function give(
  peer: PythonPeer,
  name: string,
  lists: readonly (readonly number[])[],
  { work }: { readonly work: string },
): Promise<void> {
  const path = join(work, `${name}.txt`)
  writeFileSync(path, lists.map((items, u) => [u, ...items].join(' ')).join('\n'))
  await peer.ask({ do: 'read', name, path })
}
