/** Half of an ad's area for a second is the trade's rule for "seen" (MRC, Viewable Impression Measurement, 2014). */
const PART = 0.5
const MILLIS = 1000

/** Calls back once when the element has been in sight long enough to have been seen. */
export function whenSeen(watched: Element, seen: () => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const observer = new IntersectionObserver(
    ([entry]) => {
      clearTimeout(timer)
      if (entry === undefined || entry.intersectionRatio < PART) return
      timer = setTimeout(() => {
        observer.disconnect()
        // A page that was drawn anew in between took it out of sight.
        if (watched.isConnected) seen()
      }, MILLIS)
    },
    { threshold: PART },
  )
  observer.observe(watched)
}
