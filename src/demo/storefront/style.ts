/** Text on every ground has a contrast of at least 4.5 to 1; what can be pressed is at least 40 px high. */
export const STYLE = `
:root {
  --ink: #22282b; --soft: #586267; --line: #e3ded4; --paper: #fffdf9; --ground: #f6f2ea;
  --leaf: #22574a; --leaf-dark: #183f36; --mint: #e2efe9; --mint-ink: #1d4b40; --sale: #a63a2b; --focus: #b3541e;
  --round: 14px;
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
h1, h2, h3, p { margin: 0; }
h1 { font-size: clamp(1.5rem, 1.1rem + 1.8vw, 2.2rem); line-height: 1.2; letter-spacing: -.015em; text-wrap: balance; }
h2 { font-size: 1.25rem; letter-spacing: -.01em; }
a { color: inherit; }
button, select { font: inherit; color: inherit; }
button { cursor: pointer; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 6px; }
main:focus, .why h2:focus { outline: none; }
.skip { position: absolute; left: 12px; top: -60px; background: var(--leaf); color: #fff; padding: 10px 16px; border-radius: 0 0 10px 10px; z-index: 10; }
.skip:focus { top: 0; }

.top { background: var(--paper); border-bottom: 1px solid var(--line); position: sticky; top: 0; z-index: 5; }
.bar { max-width: 1200px; margin: 0 auto; padding: 10px 20px; display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; }
.brand { font-weight: 700; font-size: 1.15rem; text-decoration: none; display: flex; align-items: center; gap: 8px; margin-right: auto; min-height: 40px; }
.brand img { width: 32px; height: 32px; border-radius: 9px; }
.field { display: flex; align-items: center; gap: 8px; color: var(--soft); font-size: .9rem; }
.field select { max-width: 300px; min-height: 40px; padding: 6px 30px 6px 12px; border: 1px solid var(--line); border-radius: 10px; color: var(--ink); text-overflow: ellipsis; appearance: none;
  background: var(--ground) url("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 12 8'%3E%3Cpath d='M1 1l5 5 5-5' fill='none' stroke='%23586267' stroke-width='2'/%3E%3C/svg%3E") no-repeat right 10px center / 12px; }
.switch { display: flex; align-items: center; gap: 8px; min-height: 40px; font-size: .9rem; color: var(--soft); cursor: pointer; }
.switch input { width: 18px; height: 18px; accent-color: var(--leaf); }
.language { display: flex; border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.language button { border: 0; background: var(--paper); min-width: 46px; min-height: 40px; padding: 0 10px; color: var(--soft); }
.language button[aria-pressed="true"] { background: var(--leaf); color: #fff; }
.cart-link { display: flex; align-items: center; gap: 8px; min-height: 40px; padding: 0 14px; border-radius: 10px; background: var(--leaf); color: #fff; text-decoration: none; font-weight: 600; }
.cart-link:hover, .primary:hover { background: var(--leaf-dark); }
.count { background: #fff; color: var(--leaf); border-radius: 99px; min-width: 24px; padding: 0 7px; text-align: center; font-size: .85rem; }

main { max-width: 1200px; margin: 0 auto; padding: 28px 20px 60px; display: grid; gap: 36px; }
.intro { display: grid; gap: 8px; max-width: 70ch; }
.intro p { color: var(--soft); }
.note { display: flex; gap: 10px; align-items: baseline; background: var(--mint); color: var(--mint-ink); border-radius: var(--round); padding: 10px 16px; font-size: .95rem; }
.trouble { background: #fbe9e4; color: #7c2517; border-radius: var(--round); padding: 16px 20px; display: grid; gap: 6px; }
.loading { color: var(--soft); padding: 40px 0; text-align: center; }

.shelf { display: grid; gap: 14px; min-width: 0; }
.shelf-head { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: baseline; justify-content: space-between; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 18px; list-style: none; margin: 0; padding: 0; }
.card { position: relative; background: var(--paper); border: 1px solid var(--line); border-radius: var(--round); overflow: hidden; display: flex; flex-direction: column; transition: box-shadow .15s, transform .15s; }
.card:hover { box-shadow: 0 8px 24px #3b2f1c1c; transform: translateY(-2px); }
.card img, .big img { display: block; width: 100%; aspect-ratio: 4 / 3; object-fit: cover; background: #efebe2; }
.card-body { padding: 12px 14px 14px; display: flex; flex-direction: column; gap: 6px; flex: 1; }
.card h3 { font-size: 1rem; line-height: 1.35; font-weight: 600; }
.card h3 a { text-decoration: none; }
.card h3 a::after { content: ""; position: absolute; inset: 0; border-radius: var(--round); }
.price { font-weight: 650; font-variant-numeric: tabular-nums; }
.was { color: var(--soft); font-weight: 400; text-decoration: line-through; margin-left: 6px; }
.sale { color: var(--sale); }
.reason { margin-top: auto; background: var(--mint); color: var(--mint-ink); border-radius: 10px; padding: 7px 10px; font-size: .86rem; line-height: 1.35; overflow-wrap: anywhere; }
.link { position: relative; z-index: 1; border: 0; background: none; padding: 8px 0; min-height: 40px; color: var(--leaf); text-decoration: underline; text-underline-offset: 3px; align-self: start; font-size: .9rem; text-align: left; }
.primary { border: 0; background: var(--leaf); color: #fff; border-radius: 12px; padding: 12px 22px; font-weight: 650; min-height: 48px; align-self: start; }
.secondary { border: 1px solid var(--leaf); background: var(--paper); color: var(--leaf); border-radius: 12px; padding: 10px 20px; min-height: 44px; justify-self: center; font-weight: 600; }
.secondary:hover { background: var(--mint); }
.secondary:disabled { opacity: .5; cursor: default; }

.crumbs { color: var(--soft); font-size: .9rem; }
.big { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 32px; background: var(--paper); border: 1px solid var(--line); border-radius: 20px; overflow: hidden; }
.big img { height: 100%; max-height: 440px; aspect-ratio: auto; }
.big-body { padding: 32px 32px 32px 0; display: flex; flex-direction: column; gap: 14px; }
.big .price { font-size: 1.5rem; }
.facts { display: flex; flex-wrap: wrap; gap: 8px; list-style: none; margin: 0; padding: 0; }
.facts li { border: 1px solid var(--line); border-radius: 99px; padding: 3px 12px; font-size: .88rem; color: var(--soft); }
.lines ul { list-style: none; margin: 0; padding: 0; }
.lines { background: var(--paper); border: 1px solid var(--line); border-radius: var(--round); }
.lines li { display: grid; grid-template-columns: 72px 1fr auto; gap: 4px 16px; align-items: center; padding: 12px 16px; }
.lines li + li { border-top: 1px solid var(--line); }
.lines img { width: 72px; height: 72px; object-fit: cover; border-radius: 10px; grid-row: span 2; }
.lines .link { grid-column: 2; }
.total { display: flex; justify-content: space-between; padding: 14px 16px; border-top: 2px solid var(--line); font-weight: 700; }

.shelf > .primary { justify-self: end; }
#consent { position: sticky; bottom: 0; z-index: 4; }
.ask { background: var(--paper); border-top: 1px solid var(--line); box-shadow: 0 -10px 30px #3b2f1c1f; padding: 16px max(20px, calc((100% - 1160px) / 2)); display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 2px 24px; align-items: center; }
.ask h2 { font-size: 1.05rem; }
.ask p { color: var(--soft); font-size: .93rem; grid-column: 1; max-width: 75ch; }
.answers { display: flex; gap: 12px; grid-column: 2; grid-row: 1 / span 2; }
.bottom .link { text-align: center; }

.why { border: 0; border-radius: 20px; padding: 0; width: min(620px, calc(100vw - 32px)); max-height: calc(100vh - 48px); color: var(--ink); background: var(--paper); box-shadow: 0 30px 80px #2a1f0d55; }
.why::backdrop { background: #1d2a2699; }
.why-body { padding: 26px 28px; display: grid; gap: 18px; }
.why ol, .why ul { margin: 0; padding: 0; list-style: none; display: grid; gap: 10px; }
.weight { display: grid; grid-template-columns: 1fr auto; gap: 4px 12px; font-size: .95rem; }
.track { grid-column: 1 / -1; height: 8px; border-radius: 99px; background: var(--mint); overflow: hidden; }
.track span { display: block; height: 100%; background: var(--leaf); border-radius: 99px; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 10px; margin: 0; }
.figures div { background: var(--ground); border-radius: 12px; padding: 10px 14px; }
.figures dt { color: var(--soft); font-size: .82rem; }
.figures dd { margin: 0; font-weight: 650; overflow-wrap: anywhere; }
.story { color: var(--soft); }
.bottom { border-top: 1px solid var(--line); color: var(--soft); font-size: .9rem; padding: 20px; text-align: center; }
.quiet { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

@media (max-width: 640px) {
  .top { position: static; }
  .bar { padding: 8px 14px; gap: 6px 12px; }
  .brand { font-size: 1rem; gap: 6px; }
  .brand { flex: 1 1 0; min-width: 0; margin-right: 0; line-height: 1.2; }
  .cart-link { padding: 0 10px; gap: 6px; }
  .language button { min-width: 40px; padding: 0 6px; }
  .field { order: 5; width: 100%; }
  .field select { flex: 1; max-width: none; min-width: 0; }
  .switch { order: 6; }
  main { padding: 20px 14px 48px; gap: 28px; }
  .grid { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px; }
  .card-body { padding: 10px 11px 8px; }
  .card h3 { font-size: .93rem; }
  .big { grid-template-columns: 1fr; gap: 0; }
  .big img { max-height: 280px; }
  .big-body { padding: 20px; }
  .why-body { padding: 20px; }
  .lines li { grid-template-columns: 72px 1fr; }
  .lines img { grid-row: span 3; }
  .lines .price { grid-column: 2; }
  .shelf > .primary { justify-self: stretch; }
  .ask { grid-template-columns: 1fr; padding: 14px; gap: 8px; }
  .answers { grid-column: 1; grid-row: auto; }
  .answers button { flex: 1; padding: 10px 8px; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; scroll-behavior: auto !important; } }
`
