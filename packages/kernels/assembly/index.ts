/** The kernels: numbers and pointers in, nothing allocated, no data of their own. One instance a thread, one memory. */
export { subtractBlocks } from './blocks'
export { factorRows } from './factors'
export { gemm } from './gemm'
export { adagradRows, softmaxRows } from './learning'
export { sparseDense } from './sparse'
export { topkFinish, topkOffer, topkProducts } from './topk'
export { cholesky, solveLower } from './triangular'
export { axpy, dot, scale } from './vector'
