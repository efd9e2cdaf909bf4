import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Measure, Meter, Readings } from '../../core/ports.ts'

/** The core's port on a registry of Prometheus' client. */
export function createMeter(registry: Registry): Meter {
  const settings = ({ name, help, labels = [] }: Measure) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  })
  return {
    gauge(measure, read) {
      const gauge: Gauge = new Gauge({
        ...settings(measure),
        collect() {
          const keep = (readings: Readings) => {
            gauge.reset()
            if (typeof readings === 'number') gauge.set(readings)
            else for (const { labels, value } of readings) gauge.set({ ...labels }, value)
          }
          const readings = read()
          return readings instanceof Promise ? readings.then(keep) : keep(readings)
        },
      })
    },
    counter(measure) {
      const counter = new Counter(settings(measure))
      return (labels = {}, by = 1) => counter.inc({ ...labels }, by)
    },
    histogram(measure, buckets) {
      const histogram = new Histogram({ ...settings(measure), buckets: [...buckets] })
      return (labels, value) => histogram.observe({ ...labels }, value)
    },
  }
}
