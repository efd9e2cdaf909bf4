/**
 * What Segment's browser client loads before it sends: where events go, and that nothing else is switched on. Its own
 * metrics are sampled at 0, so that nothing a shopper does leaves the store.
 * @param from how the browser reached this server
 */
export function settingsFor(writeKey: string, from: { readonly protocol: string; readonly host: string }): object {
  const everyEvent = { __default: { enabled: true, integrations: {} } }
  return {
    integrations: {
      'Segment.io': {
        apiKey: writeKey,
        apiHost: `${from.host}/v1`,
        protocol: from.protocol,
        unbundledIntegrations: [],
        bundledIntegrations: [],
        addBundledMetadata: false,
        versionSettings: { version: '4.4.7', componentTypes: ['browser'] },
      },
    },
    plan: { track: everyEvent, identify: everyEvent, group: everyEvent },
    enabledMiddleware: {},
    middlewareSettings: {},
    remotePlugins: [],
    metrics: { sampleRate: 0 },
    legacyVideoPluginsEnabled: false,
  }
}
