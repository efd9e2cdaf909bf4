/**
 * How a server collects garbage. What a request makes dies with it, so a small nursery is emptied in less than a
 * millisecond by one thread; helping threads, that must first be given a core, made that 3 to 7. Few markers leave the
 * cores to requests, too.
 */
export const SERVING = ['--max-semi-space-size=8', '--no-parallel-scavenge', '--concurrent-marking-max-worker-num=1']
