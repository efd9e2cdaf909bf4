/**
 * Makes a checkout ready to run: the dependencies of package-lock.json, the pinned Node 24 among them. Plain JavaScript,
 * so that the Node that a machine happens to have can read it. When all is ready it only compares a stamp.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join, relative } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
export const NEEDED_NODE = 24

const modules = join(ROOT, 'node_modules')
const stampFile = join(modules, '.storemind-ready')

/** Path of a Node that is new enough: the pinned one, or the one that runs this. */
export function pinnedNode(root = ROOT) {
  const pinned = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(pinned)) return pinned
  return Number.parseInt(process.versions.node, 10) >= NEEDED_NODE ? process.execPath : undefined
}

/** The environment of a child: its `node` and its tools are the checkout's, whatever the machine has. */
export function childEnvironment(node) {
  const path = [dirname(node), join(modules, '.bin'), process.env.PATH ?? ''].join(delimiter)
  // Stripped and compiled once: later starts take half the time and 35 MB less.
  return { NODE_COMPILE_CACHE: join(modules, '.cache', 'node'), ...process.env, PATH: path }
}

/** @returns whether there was anything to do; throws a SetupError with words for the user */
export async function setUp({ say = (line) => process.stderr.write(`${line}\n`) } = {}) {
  linkWorkspaces()
  const stamp = expectedStamp()
  if (readIfThere(stampFile) === stamp && pinnedNode()) return false
  if (!(installedAsLocked() && pinnedNode())) await install(say)
  writeFileSync(stampFile, stamp)
  return true
}

export class SetupError extends Error {}

function expectedStamp() {
  const lock = readFileSync(join(ROOT, 'package-lock.json'))
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform} ${process.arch}\n`
}

/** npm writes what it installed beside it; what the lock file asks for beyond that is missing, or another platform's. */
function installedAsLocked() {
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages
  const written = readIfThere(join(modules, '.package-lock.json'))
  if (written === undefined) return false
  const found = JSON.parse(written).packages
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || !path.startsWith('node_modules/') || entry.link) return true
    return found[path] === undefined ? entry.optional === true : found[path].version === entry.version
  })
}

/** A package of this tree that an update brought needs no installation, only its link. */
function linkWorkspaces() {
  if (!existsSync(modules)) return
  for (const folder of readdirSync(join(ROOT, 'packages'))) {
    const manifest = readIfThere(join(ROOT, 'packages', folder, 'package.json'))
    if (manifest === undefined) continue
    const link = join(modules, JSON.parse(manifest).name)
    if (existsSync(link)) continue
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(relative(dirname(link), join(ROOT, 'packages', folder)), link, 'junction')
  }
}

async function install(say) {
  const total = countLocked()
  say(`Setting up: ${total} packages, Node ${NEEDED_NODE} among them (once; needs the npm registry)`)
  rmSync(stampFile, { force: true })
  const started = Date.now()
  const ticker = setInterval(() => progress(say, total, started), process.stderr.isTTY ? 500 : 5000)
  const output = []
  const code = await new Promise((resolve) => {
    const child = spawn('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    child.stdout.on('data', (chunk) => output.push(chunk))
    child.stderr.on('data', (chunk) => output.push(chunk))
    child.on('error', (error) => {
      output.push(String(error))
      resolve(1)
    })
    child.on('close', resolve)
  })
  clearInterval(ticker)
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  if (code !== 0) throw new SetupError(failure(output.join('')))
  if (!pinnedNode()) {
    throw new SetupError(
      `Setting up failed: Node ${NEEDED_NODE} is missing although npm ran.\n` +
        'Why: the package "node" fetches it in an install script, and scripts are switched off here.\n' +
        'What to do: npm config set ignore-scripts false, then run this again; or use Node 24 yourself.',
    )
  }
  say(`Set up in ${Math.round((Date.now() - started) / 1000)} s`)
}

function failure(output) {
  const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ECONNRESET/.test(output)
  const full = /ENOSPC/.test(output)
  const why = offline
    ? 'the npm registry cannot be reached.'
    : full
      ? 'the disk is full.'
      : 'npm could not install the dependencies. It said:'
  const todo = offline
    ? 'connect to the network, or name a mirror with npm config set registry URL; then run this again.'
    : full
      ? 'free space, then run this again.'
      : 'correct what npm names, then run this again.'
  const said = output.trim().split('\n').slice(-12).join('\n  ')
  return `Setting up failed.\nWhy: ${why}\n  ${said}\nWhat to do: ${todo}`
}

function progress(say, total, started) {
  const seconds = Math.round((Date.now() - started) / 1000)
  const line = `  ${Math.min(countInstalled(), total)} of ${total} packages, ${seconds} s`
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`)
  else say(line)
}

function countLocked() {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
  return Object.entries(packages).filter(([path, entry]) => path.startsWith('node_modules/') && !entry.optional).length
}

/** Folders only: what npm has begun to unpack. Good enough for a progress line. */
function countInstalled() {
  const folders = (path) => {
    try {
      return readdirSync(path).filter((name) => !name.startsWith('.'))
    } catch {
      return []
    }
  }
  return folders(modules)
    .map((name) => (name.startsWith('@') ? folders(join(modules, name)).length : 1))
    .reduce((sum, n) => sum + n, 0)
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    if (!(await setUp())) process.stderr.write('All is set up.\n')
  } catch (error) {
    process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`)
    process.exitCode = 1
  }
}
