import { MlError } from '../frame/errors.ts'

/**
 * Area under the ROC curve by the rank-sum identity, ties counting one half.
 *
 * Source   Mann and Whitney, Annals of Mathematical Statistics 1947; Hanley and McNeil, Radiology 1982
 * @param labels [n] 1 or 0; both must occur
 * @cost O(n · log n)
 * @throws MlError `length_mismatch`, `empty_data` when one class is missing
 */
export function auc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  if (scores.length !== labels.length) throw new MlError('length_mismatch', 'scores and labels')
  const n = scores.length
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!)
  let positives = 0
  let rankSum = 0
  for (let from = 0; from < n; ) {
    let to = from
    let positivesHere = 0
    while (to < n && scores[order[to]!] === scores[order[from]!]) positivesHere += labels[order[to++]!] === 1 ? 1 : 0
    if (to === from) throw new MlError('bad_parameter', 'a score is NaN')
    rankSum += (positivesHere * (from + 1 + to)) / 2
    positives += positivesHere
    from = to
  }
  if (positives === 0 || positives === n) throw new MlError('empty_data', 'both classes must occur')
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (n - positives))
}
