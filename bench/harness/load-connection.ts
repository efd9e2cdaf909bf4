import { connect, type Socket } from 'node:net'

const END_OF_HEAD = Buffer.from('\r\n\r\n')

/**
 * One kept connection that carries one request at a time, and no more of HTTP/1.1 than a load needs: what node:http
 * spends on a request would be taken from the server, which shares the machine, and be charged to it as latency.
 */
export class LoadConnection {
  readonly #socket: Socket
  #ended: ((status: number) => void) | undefined
  #head: Buffer = Buffer.alloc(0)
  #status = 0
  /** Bytes of the body that are still to come; −1 while the head is. */
  #missing = -1
  isOpen = true

  constructor(host: string, port: number) {
    this.#socket = connect({ host, port, noDelay: true })
    this.#socket.setTimeout(30_000, () => this.#socket.destroy())
    this.#socket.on('data', (chunk) => this.#take(chunk))
    this.#socket.on('error', () => {})
    this.#socket.on('close', () => {
      this.isOpen = false
      this.#finish(0)
    })
  }

  /** @param ended gets the status, 0 where there was no answer */
  send(request: Buffer, ended: (status: number) => void): void {
    this.#ended = ended
    this.#socket.write(request)
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    if (this.#missing >= 0) this.#missing -= chunk.length
    else this.#takeHead(chunk)
    if (this.#missing === 0) this.#finish(this.#status)
  }

  #takeHead(chunk: Buffer): void {
    const bytes = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk])
    const end = bytes.indexOf(END_OF_HEAD)
    this.#head = bytes
    if (end < 0) return
    const head = bytes.toString('latin1', 0, end)
    this.#status = Number(head.slice(9, 12))
    const length = /\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? (this.#status === 204 ? '0' : undefined)
    // An answer in chunks would need a parser of its own; the routes that are measured send none.
    if (length === undefined) this.#socket.destroy()
    else this.#missing = Number(length) - (bytes.length - end - END_OF_HEAD.length)
  }

  #finish(status: number): void {
    const ended = this.#ended
    this.#ended = undefined
    this.#head = Buffer.alloc(0)
    this.#missing = -1
    ended?.(status)
  }
}
