// The row that users feel: a whole API over HTTP, on a pool of 8 connections, with 32
// requests under way, tokens of 1,000 visitors, and a key that rotates in each run.
import { spawn, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import http from 'node:http'

const WAYS = { jose: 'jose in the API, WHERE in the query', four: 'hcjwt, four round trips', one: 'hcjwt, one round trip' }
const CONNECTIONS = 32

// What a keys endpoint answers; the API asks when it meets an unknown kid.
async function keysEndpoint() {
  const endpoint = { keys: [] }
  const server = http.createServer((request, response) =>
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ keys: endpoint.keys })))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  endpoint.url = `http://127.0.0.1:${server.address().port}/keys.json`
  endpoint.end = () => server.close()
  return endpoint
}

async function startApi(way, socket, url) {
  const child = spawn('node', ['api.mjs', way, socket, url],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: import.meta.dirname })
  const [port] = await once(child.stdout.setEncoding('latin1'), 'data')
  return { port: Number(port), pid: child.pid, end: () => child.kill() }
}

// microseconds of CPU of these processes; one that has ended counts no more
const cpu = pids => pids.reduce((sum, pid) => {
  try {
    return sum + Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[0]) / 1000
  } catch {
    return sum
  }
}, 0)

// all threads of a process
const cpuOfProcess = pid => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 1e4
}

// For each delay (ms) between API and database, report(delay, WAYS, rounds): of each
// round and way { us, api, database } for a request (its share of the wall clock, CPU of
// the API and of its backends), and { p50, p99 } of the time to an answer, all in us.
export async function httpBench({ dir, session, rounds, seconds, delays, lines, report }) {
  const sets = ['2048', 'rotated'].map(name => JSON.parse(lines(`${name}.jwks`)[0]))
  const endpoint = await keysEndpoint()
  const importKeys = list => {
    endpoint.keys = list.flatMap(set => set.keys)
    return session.query("SELECT hcjwt.import_keys('bench', $1, true)", [JSON.stringify({ keys: endpoint.keys })])
  }

  async function run(way, api) {
    await importKeys([sets[0]])
    const rotates = Math.ceil(Date.now() / 1000) + Math.ceil(seconds / 2)
    const backends = (await session.query(
      `SELECT pid FROM pg_stat_activity WHERE usename IN ('shop_where', 'shop_hcjwt')`)).rows.map(row => row.pid)
    const before = { api: cpuOfProcess(api.pid), database: cpu(backends) }
    const wrk = spawn('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '-s', 'load.lua',
      `http://127.0.0.1:${api.port}`, '--', `${dir}/2048.tokens`, `${dir}/rotated.tokens`, rotates],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: import.meta.dirname })
    // the key is listed a second before the first token that it signs
    const rotation = setTimeout(() => importKeys(sets), rotates * 1000 - 1000 - Date.now())
    let output = ''
    wrk.stdout.setEncoding('latin1').on('data', text => { output += text })
    await once(wrk, 'close')
    clearTimeout(rotation)
    // the API answers requests that were under way when wrk left before it answers this one
    await fetch(`http://127.0.0.1:${api.port}/orders`, { headers: { Authorization: `Bearer ${lines('2048.tokens')[0]}` } })
    const result = JSON.parse(output.slice(output.lastIndexOf('{')))
    if (result.failed > 0) throw new Error(`${way}: ${result.failed} of ${result.requests} requests failed`)
    return {
      us: result.us / result.requests, p50: result.p50, p99: result.p99,
      api: (cpuOfProcess(api.pid) - before.api) / result.requests,
      database: (cpu(backends) - before.database) / result.requests
    }
  }

  for (const delay of delays) {
    const socket = delay === 0 ? `${dir}/warm` : `${dir}/delayed`
    const proxy = delay === 0 ? null
      : spawn(`${dir}/delay`, [`${socket}/.s.PGSQL.5432`, `${dir}/warm/.s.PGSQL.5432`, delay * 1000], { stdio: 'inherit' })
    const apis = {}
    for (const way of Object.keys(WAYS)) apis[way] = await startApi(way, socket, endpoint.url)
    const rows = []
    for (let round = -1; round < rounds; round++) {
      const results = {}
      const order = Object.keys(WAYS)
      for (let i = 0; i < order.length; i++) {
        const way = order[(i + round + 1) % order.length]
        results[way] = await run(way, apis[way])
      }
      if (round >= 0) rows.push(results) // the first only warms
    }
    for (const api of Object.values(apis)) api.end()
    proxy?.kill()
    report(delay, WAYS, rows)
  }
  endpoint.end()
}
