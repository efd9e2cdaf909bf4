// Where Storemind answers, and two keys that may stand in a page: one reads, one sends events.
window.STOREMIND = { url: 'http://127.0.0.1:7654', readKey: 'READ_KEY', writeKey: 'WRITE_KEY' }
