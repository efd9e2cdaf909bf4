/**
 * User agents of programs: crawlers that name themselves, libraries, headless browsers, monitors and link previews.
 * A short list of what their makers document. It marks, it drops nothing, and a program that poses as a browser passes;
 * `judge` looks for those by their volume.
 */
const PROGRAMS: readonly RegExp[] = [
  // Googlebot, bingbot, AhrefsBot, SemrushBot, GPTBot, Applebot, YandexBot … but not the phones of the maker Cubot
  /(?<!cu)bot(?:\b|_)|spider|crawl|slurp|archiver/i,
  // Programs that are no browsers
  /^(?:curl|wget|python|java|go-http|ruby|php|perl|node|axios|okhttp|libwww|apache-httpclient|guzzle|postman)/i,
  // Browsers without a person
  /headless|phantomjs|puppeteer|playwright|selenium|cypress/i,
  // Watching whether a page is up, or how fast
  /lighthouse|pagespeed|pingdom|uptime|statuscake|site24x7|datadog|gtmetrix/i,
  // Previews of a link
  /facebookexternalhit|whatsapp\/|telegrambot|slackbot|discordbot|embedly|bingpreview|skypeuripreview/i,
]

/** An absent agent is a server's or an archive's message: no sign of a bot. */
export function isBotAgent(userAgent: string): boolean {
  return userAgent !== '' && PROGRAMS.some((program) => program.test(userAgent))
}
