/** The page as it comes before its script runs. `{app}` is the script's path. */
export const DOCUMENT = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Demo store</title>
<link rel="icon" href="pictures/bag-5-0.svg" type="image/svg+xml">
<link rel="stylesheet" href="style.css">
<script type="module" src="{app}"></script>
</head>
<body>
<a class="skip" href="#main" id="skip">Skip to content</a>
<header id="header" class="top"></header>
<main id="main" tabindex="-1"><p class="loading" role="status">…</p></main>
<footer id="footer" class="bottom"></footer>
<div id="consent"></div>
<dialog id="why" class="why" aria-labelledby="why-title"></dialog>
<noscript>This page needs JavaScript.</noscript>
</body>
</html>
`
