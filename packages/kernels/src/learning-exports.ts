/** What both engines export for learning by gradients; see `KernelExports`. */
export interface LearningExports {
  sigmoid(n: number, x: number): void
  tanh(n: number, x: number): void
  relu(n: number, x: number): void
  reluBackward(n: number, y: number, gradient: number): void
  gatherRows(count: number, d: number, ids: number, table: number, to: number): void
  scatterAddRows(count: number, d: number, ids: number, from: number, table: number, row: number): void
  addBias(rows: number, d: number, bias: number, x: number): void
  sumRows(rows: number, d: number, x: number, xRow: number, to: number): void
  dotRows(rows: number, d: number, x: number, y: number, to: number): void
  axpyRows(rows: number, d: number, alphas: number, x: number, y: number): void
  dropout(n: number, seed: number, first: number, keep: number, x: number): void
  softmaxRows(rows: number, n: number, z: number, zRow: number, targets: number, scale: number, losses: number): void
  sampledSoftmaxRows(
    rows: number,
    n: number,
    z: number,
    zRow: number,
    own: number,
    targets: number,
    candidates: number,
    logQ: number,
    ownLogQ: number,
    scale: number,
    losses: number,
  ): void
  gruForward(
    time: number,
    rows: number,
    d: number,
    pitch: number,
    gates: number,
    memory: number,
    states: number,
    weights: number,
    bias: number,
    scratch: number,
  ): void
  gruBackward(
    time: number,
    rows: number,
    d: number,
    pitch: number,
    gates: number,
    memory: number,
    states: number,
    weights: number,
    gradients: number,
    scratch: number,
  ): void
  convolve(
    batch: number,
    time: number,
    inputs: number,
    outputs: number,
    taps: number,
    dilation: number,
    x: number,
    w: number,
    beta: number,
    y: number,
    scratch: number,
  ): void
  convolveBackward(
    batch: number,
    time: number,
    inputs: number,
    outputs: number,
    taps: number,
    dilation: number,
    y: number,
    w: number,
    beta: number,
    x: number,
    scratch: number,
  ): void
  convolveWeights(
    batch: number,
    time: number,
    inputs: number,
    outputs: number,
    row: number,
    taps: number,
    dilation: number,
    x: number,
    y: number,
    beta: number,
    w: number,
    scratch: number,
  ): void
  adagradRows(
    count: number,
    d: number,
    rows: number,
    gradients: number,
    rate: number,
    epsilon: number,
    table: number,
    squares: number,
  ): void
  adamRows(
    count: number,
    d: number,
    rows: number,
    gradients: number,
    rate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    table: number,
    first: number,
    second: number,
    steps: number,
  ): void
}
