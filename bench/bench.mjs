// Measures hcjwt beside its baselines and prints a table of ratios; see
// script/bench, which makes the servers, keys, tokens and contestants.
//
// The contestants of a row take turns, round after round, so that the machine's
// drift meets them all; a ratio is the median of the rounds' own ratios.  What one
// process does alone is measured in CPU time (of a backend: /proc/PID/schedstat),
// which other processes on the machine disturb least.
import { readFileSync, writeFileSync } from 'node:fs'
import { spawn, execFileSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { cpus } from 'node:os'
import pg from 'pg'
import { chart } from './chart.mjs'
import { httpBench } from './http.mjs'

const dir = process.argv[2]
const rounds = Number(process.env.BENCH_ROUNDS ?? 9)
const scanRows = Number(process.env.BENCH_ROWS ?? 2_000_000)
const only = process.env.BENCH_ONLY?.split(',')
const wanted = id => !only || only.some(part => id.startsWith(part))
const results = []

const lines = file => readFileSync(`${dir}/${file}`, 'latin1').trim().split('\n')
const sorted = list => [...list].sort((a, b) => a - b)
const median = list => sorted(list)[list.length >> 1]
const quartile = (list, q) => sorted(list)[Math.floor((list.length - 1) * q)]

class Session {
  static async open(server, database = 'bench', user = 'postgres') {
    const session = new Session()
    session.client = new pg.Client({ host: `${dir}/${server}`, port: 5432, database, user })
    await session.client.connect()
    session.pid = session.client.processID
    return session
  }
  query(text, values) { return this.client.query(text, values) }
  // nanoseconds of CPU that the backend has taken
  used() { return Number(readFileSync(`/proc/${this.pid}/schedstat`, 'latin1').split(' ')[0]) }
  // nanoseconds of CPU that the backend takes for this statement
  async cpu(text, values) {
    const before = this.used()
    await this.client.query(text, values)
    return this.used() - before
  }
  end() { return this.client.end() }
}

class Contestant {
  constructor(command, args) {
    this.process = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], cwd: import.meta.dirname })
    this.answers = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]()
  }
  async cpu(count) {
    this.process.stdin.write(`${count}\n`)
    const { value } = await this.answers.next()
    return Number(value)
  }
  end() { this.process.stdin.end() }
}

// runs: { name: async () => cost per operation }; ratio: (costs) => number
async function row(id, title, unit, runs, target, ratio) {
  if (!wanted(id)) return
  const names = Object.keys(runs)
  for (const name of names) await runs[name]()
  const costs = Object.fromEntries(names.map(name => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length]
      costs[name].push(await runs[name]())
    }
  conclude(id, title, unit, costs, target, ratio)
}

// costs: { name: [cost of each round] }
function conclude(id, title, unit, costs, target, ratio) {
  const names = Object.keys(costs)
  const ratios = costs[names[0]].map((_, i) =>
    ratio(Object.fromEntries(names.map(name => [name, costs[name][i]]))))
  const result = {
    id, title, unit, target, ratio: median(ratios),
    spread: [quartile(ratios, 0.25), quartile(ratios, 0.75)],
    medians: Object.fromEntries(names.map(name => [name, median(costs[name])]))
  }
  result.reached = target === null ? null
    : target.atLeast !== undefined ? result.ratio >= target.atLeast : result.ratio <= target.atMost
  results.push(result)
  print(result)
}

const format = value => value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)

function print(result) {
  const goal = result.target === null ? '' : result.target.atLeast !== undefined
    ? `>= ${result.target.atLeast}` : `<= ${result.target.atMost}`
  console.log(`${result.title}\n    ratio ${result.ratio.toFixed(3)}` +
    ` (${result.spread.map(x => x.toFixed(3)).join(' .. ')}) ${goal}` +
    (result.reached === null ? '' : result.reached ? '  reached' : '  NOT REACHED'))
  for (const [name, cost] of Object.entries(result.medians))
    console.log(`    ${format(cost).padStart(10)} ${result.unit}  ${name}`)
}

async function loadTokens(session) {
  await session.query('CREATE TABLE tokens (bits int, i int, token text)')
  for (const bits of [2048, 3072]) {
    const tokens = lines(`${bits}.tokens`)
    await session.query(
      'INSERT INTO tokens SELECT $1, i, t FROM unnest($2::text[]) WITH ORDINALITY AS u (t, i)', [bits, tokens])
  }
  await session.query('ANALYZE tokens')
}

async function prepare(server) {
  const admin = await Session.open(server, 'postgres')
  await admin.query('CREATE DATABASE bench')
  await admin.end()
  const session = await Session.open(server)
  await session.query('CREATE EXTENSION hcjwt')
  // stores the keys as the fetcher would
  await session.query("SELECT hcjwt.add_help_center('bench', keys_url => 'none')")
  await session.query("INSERT INTO hcjwt.fetch_state (help_center, last_success) VALUES ('bench', now())")
  for (const bits of [2048, 3072])
    await session.query(`INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source)
      SELECT 'bench', jwk ->> 'kid', jwk, '', 'fetched' FROM jsonb_array_elements($1::jsonb -> 'keys') jwk`,
    [lines(`${bits}.jwks`)[0]])
  await loadTokens(session)
  return session
}

const verifyAll = bits => `SELECT count(hcjwt.verify(token)) FROM tokens WHERE bits = ${bits}`

async function cold(session) {
  for (const [bits, target] of [[3072, 0.90], [2048, 0.80]]) {
    const count = lines(`${bits}.tokens`).length
    const files = [`${dir}/${bits}.pem`, `${dir}/${bits}.tokens`]
    const contestants = {
      'raw OpenSSL': new Contestant(`${dir}/raw`, files),
      'libjwt, which reads the key each time': new Contestant(`${dir}/libjwt`, files),
      jose: new Contestant('node', ['peer.mjs', 'jose', ...files]),
      'fast-jwt': new Contestant('node', ['peer.mjs', 'fast-jwt', ...files]),
      jsonwebtoken: new Contestant('node', ['peer.mjs', 'jsonwebtoken', ...files])
    }
    const runs = { 'hcjwt.verify()': async () => await session.cpu(verifyAll(bits)) / count / 1000 }
    for (const [name, contestant] of Object.entries(contestants))
      runs[name] = async () => await contestant.cpu(count) / count / 1000
    await row(`cold-${bits}`, `Cold: distinct tokens, one backend, RSA ${bits}; raw OpenSSL's cost by ours`,
      'us', runs, { atLeast: target }, c => c['raw OpenSSL'] / c['hcjwt.verify()'])
    for (const contestant of Object.values(contestants)) contestant.end()
  }
}

// A token that another backend has verified: each round is a new connection.
async function warmElsewhere(session) {
  const count = lines('3072.tokens').length
  await session.query(verifyAll(3072))
  const raw = new Contestant(`${dir}/raw`, [`${dir}/3072.pem`, `${dir}/3072.tokens`])
  await row('warm-any-backend', 'Warm, any backend: a verdict-cache hit by a raw RSA-3072 verify', 'us', {
    'hcjwt.verify(), verified by another backend': async () => {
      const other = await Session.open('warm')
      await other.query('SELECT count(hcjwt.verify(token)) FROM tokens WHERE bits = 3072 AND i <= 2')
      const cost = await other.cpu(verifyAll(3072))
      await other.end()
      return cost / count / 1000
    },
    'raw OpenSSL': async () => await raw.cpu(count) / count / 1000
  }, { atMost: 0.10 }, c => c['hcjwt.verify(), verified by another backend'] / c['raw OpenSSL'])
  raw.end()
}

const claims = JSON.stringify({ userId: 377841432007, email: 'user7@example.com', custom: 'gold' })

async function scans(session) {
  await session.query(`CREATE TABLE visits AS SELECT 377841432000 + g % 100000 AS user_id,
    'user' || g % 100000 || '@example.com' AS email, 'c' || g % 1000 AS tier
    FROM generate_series(1, ${scanRows}) g`)
  await session.query('VACUUM ANALYZE visits')
  await session.query('ALTER TABLE visits ENABLE ROW LEVEL SECURITY')
  const policies = {
    literal_email: "email = 'user7@example.com'",
    literal_id: 'user_id = 377841432007',
    literal_tier: "tier = 'gold'",
    hcjwt_email: 'email = hcjwt.email()',
    hcjwt_id: 'user_id = hcjwt.user_id()',
    hcjwt_tier: "tier = hcjwt.claim('custom')",
    bare: "email = (current_setting('request.jwt.claims', true)::jsonb ->> 'email')",
    wrapped: "email = (SELECT current_setting('request.jwt.claims', true)::jsonb ->> 'email')"
  }
  for (const [role, policy] of Object.entries(policies)) {
    await session.query(`CREATE ROLE ${role}`)
    await session.query(`GRANT SELECT ON visits TO ${role}`)
    await session.query(`CREATE POLICY ${role} ON visits TO ${role} USING (${policy})`)
  }
  const token = lines('3072.tokens')[7]
  const scan = role => async () => {
    await session.query('BEGIN')
    await session.query('SET LOCAL max_parallel_workers_per_gather = 0')
    await session.query('SELECT hcjwt.authenticate($1)', [token])
    await session.query("SELECT set_config('request.jwt.claims', $1, true)", [claims])
    await session.query(`SET LOCAL ROLE ${role}`)
    const cost = await session.cpu('SELECT count(*) FROM visits')
    await session.query('COMMIT')
    return cost / 1e6
  }
  const pairs = [
    ['email', 'email = hcjwt.email()', 1.25], ['id', 'user_id = hcjwt.user_id()', 1.5],
    ['tier', "tier = hcjwt.claim('custom')", 1.5]
  ]
  for (const [what, policy, most] of pairs)
    await row(`scan-${what}`, `Warm, same backend: policy ${policy} by a literal, ${scanRows} rows`, 'ms',
      { [policy]: scan(`hcjwt_${what}`), literal: scan(`literal_${what}`) },
      { atMost: most }, c => c[policy] / c.literal)
  await row('scan-bare', 'Warm, same backend: the bare claims setting\'s policy cost by ours, above the literal\'s', 'ms', {
    'hcjwt.email()': scan('hcjwt_email'), literal: scan('literal_email'),
    "current_setting(...)::jsonb ->> 'email'": scan('bare'),
    'the same setting, wrapped in (SELECT ...)': scan('wrapped')
  }, { atLeast: 20 }, c => (c["current_setting(...)::jsonb ->> 'email'"] - c.literal) /
    Math.max(c['hcjwt.email()'] - c.literal, 0.02 * c.literal))

  const parallel = workers => async () => {
    await session.query('BEGIN')
    await session.query(`SET LOCAL max_parallel_workers_per_gather = ${workers}`)
    await session.query('SELECT hcjwt.authenticate($1)', [token])
    await session.query('SET LOCAL ROLE hcjwt_email')
    const begin = process.hrtime.bigint()
    await session.query('SELECT count(*) FROM visits')
    const cost = Number(process.hrtime.bigint() - begin) / 1e6
    await session.query('COMMIT')
    return cost
  }
  await row('scan-parallel', `Parallel scan under hcjwt.email(): time alone by time with a worker (${cpus().length} CPUs)`,
    'ms', { alone: parallel(0), 'with one worker': parallel(1) }, null, c => c.alone / c['with one worker'])
}

// What the first transaction of a connection costs; 20 connections in each round.
async function newBackends(tokens) {
  const first = (role, statement, argument) => async () => {
    let cost = 0
    for (let i = 0; i < 20; i++) {
      const session = await Session.open('warm', 'bench', role)
      const before = session.used()
      await session.query('BEGIN')
      await session.query(statement, [argument(tokens[i])])
      await session.query('SELECT * FROM orders')
      await session.query('COMMIT')
      cost += session.used() - before
      await session.end()
    }
    return cost / 20 / 1000
  }
  await row('new-backend', 'New backend: a connection\'s first transaction with authenticate() by one with a claims setting', 'us', {
    'hcjwt.authenticate()': first('shop_hcjwt', 'SELECT hcjwt.authenticate($1)', token => token),
    'claims setting': first('shop_setting', "SELECT set_config('request.jwt.claims', $1, true)", payloadOf)
  }, { atMost: 1.1 }, c => c['hcjwt.authenticate()'] / c['claims setting'])
}

const payloadOf = token => Buffer.from(token.split('.')[1], 'base64url').toString()

// pgbench's arguments for prepared statements: a SELECT without any verification; the same
// after one that does nothing with the token, which is what a second statement costs; and
// after authenticate().  The last two have the token bound and are one implicit transaction.
function onePipeline(tokens) {
  const bare = ['-M', 'prepared'], idle = ['-M', 'prepared'], pipelined = ['-M', 'prepared']
  tokens.forEach((token, i) => {
    const { userId } = JSON.parse(payloadOf(token))
    const where = `SELECT * FROM orders WHERE user_id = ${userId};\n`
    const pipeline = statements => `\\startpipeline\n${statements}\\endpipeline\n`
    writeFileSync(`${dir}/bare-${i}.sql`, where)
    writeFileSync(`${dir}/idle-${i}.sql`, pipeline(`SELECT length(:t${i});\n${where}`))
    writeFileSync(`${dir}/pipeline-${i}.sql`,
      pipeline(`SELECT hcjwt.authenticate(:t${i});\nSELECT * FROM orders;\n`))
    bare.push('-f', `${dir}/bare-${i}.sql`)
    idle.push('-D', `t${i}=${token}`, '-f', `${dir}/idle-${i}.sql`)
    pipelined.push('-D', `t${i}=${token}`, '-f', `${dir}/pipeline-${i}.sql`)
  })
  return [bare, idle, pipelined]
}

// pgbench, with a pool of live tokens in its scripts as literals.
async function transactions(session) {
  await session.query(`CREATE TABLE orders AS SELECT g AS id, 377841432000 + g % 20000 AS user_id,
    'order ' || g AS title FROM generate_series(1, 200000) g`)
  await session.query('CREATE INDEX ON orders (user_id)')
  await session.query('VACUUM ANALYZE orders')
  await session.query('ALTER TABLE orders ENABLE ROW LEVEL SECURITY')
  for (const role of ['shop_hcjwt', 'shop_setting', 'shop_where']) {
    await session.query(`CREATE ROLE ${role} LOGIN`)
    await session.query(`GRANT SELECT ON orders TO ${role}`)
  }
  await session.query('CREATE POLICY a ON orders TO shop_hcjwt USING (user_id = hcjwt.user_id())')
  await session.query(`CREATE POLICY b ON orders TO shop_setting
    USING (user_id = (current_setting('request.jwt.claims', true)::jsonb ->> 'userId')::bigint)`)
  await session.query('CREATE POLICY c ON orders TO shop_where USING (true)')
  const tokens = lines('3072.tokens').slice(0, 1000)
  const files = { shop_hcjwt: [], shop_setting: [] }
  for (let part = 0; part < 100; part++)
    for (const role of Object.keys(files)) {
      const text = ['\\set i random(0, 9)']
      for (let i = 0; i < 10; i++) {
        const token = tokens[part * 10 + i]
        text.push(`${i === 0 ? '\\if' : '\\elif'} :i = ${i}`, 'BEGIN;', role === 'shop_hcjwt'
          ? `SELECT hcjwt.authenticate('${token}');`
          : `SELECT set_config('request.jwt.claims', '${payloadOf(token)}', true);`)
        text.push('SELECT * FROM orders;', 'COMMIT;')
      }
      text.push('\\endif')
      const file = `${dir}/${role}-${part}.sql`
      writeFileSync(file, text.join('\n') + '\n')
      files[role].push('-f', file)
    }
  await newBackends(tokens)
  const tps = (role, clients, port, scripts = files[role]) => async () => {
    const output = execFileSync('pgbench', ['-n', '-c', clients, '-j', Math.min(clients, 2),
      '-T', process.env.BENCH_SECONDS ?? 3, '-h', `${dir}/${port === 6432 ? 'bouncer' : 'warm'}`, '-p', port,
      '-U', role, ...scripts, 'bench'], { encoding: 'latin1', stdio: ['ignore', 'pipe', 'ignore'] })
    return 1e6 / Number(/tps = ([0-9.]+)/.exec(output)[1])
  }
  const [bare, idle, pipelined] = onePipeline(tokens.slice(0, 100))
  await row('pipeline', 'Transactions: TPS of authenticate() and a SELECT in one pipeline by TPS of the SELECT alone, 8 clients, direct',
    'us/tx', {
      'authenticate() and SELECT': tps('shop_hcjwt', 8, 5432, pipelined),
      'length() of the token and SELECT … WHERE': tps('shop_where', 8, 5432, idle),
      'SELECT … WHERE user_id = literal': tps('shop_where', 8, 5432, bare)
    },
    { atLeast: 0.9 }, c => c['SELECT … WHERE user_id = literal'] / c['authenticate() and SELECT'])
  for (const [port, way] of [[5432, 'direct'], [6432, 'PgBouncer, transaction mode']])
    for (const clients of [1, 8, 64]) {
      const crowd = clients === 1 ? '1 client' : `${clients} clients`
      await row(`tps-${way.split(',')[0].toLowerCase()}-${clients}`,
        `Transactions: TPS with authenticate() by TPS with an unverified setting, ${crowd}, ${way}`,
        'us/tx', { 'hcjwt.authenticate()': tps('shop_hcjwt', clients, port), 'claims setting': tps('shop_setting', clients, port) },
        { atLeast: way === 'direct' && clients === 64 ? 0.95 : 0.85 }, c => c['claims setting'] / c['hcjwt.authenticate()'])
    }
}

async function api(session) {
  if (!wanted('http')) return
  await httpBench({
    dir, session, lines, rounds, seconds: Number(process.env.BENCH_HTTP_SECONDS ?? 8), delays: [0, 1],
    report(delay, ways, rows) {
      const costs = what => Object.fromEntries(Object.entries(ways)
        .map(([way, name]) => [name, rows.map(round => round[way][what])]))
      const where = `${delay} ms to the database`
      conclude(`http-${delay}`, `API: requests answered in one round trip by those of jose, ${where}`,
        'us/request', costs('us'), { atLeast: 1 }, c => c[ways.jose] / c[ways.one])
      conclude(`http-${delay}-p99`, `API: the 99th percentile in one round trip by that of jose, ${where}`,
        'us', costs('p99'), { atMost: 1.2 }, c => c[ways.one] / c[ways.jose])
      for (const [what, title] of [['p50', 'the median time to an answer'],
        ['api', 'CPU of the API for a request'], ['database', 'CPU of the database for a request']])
        conclude(`http-${delay}-${what}`, `API: ${title} in one round trip by that of jose, ${where}`,
          'us', costs(what), null, c => c[ways.one] / c[ways.jose])
    }
  })
}

async function fill(session, database, centers, keys) {
  await session.query(`CREATE DATABASE ${database} TEMPLATE bench`)
  const other = await Session.open('cold', database)
  await other.query('CREATE TEMP TABLE fake (i int, jwk jsonb)')
  await other.query('INSERT INTO fake SELECT i - 1, j::jsonb FROM unnest($1::text[]) WITH ORDINALITY AS u (j, i)',
    [lines('fake.jwks').slice(0, Math.max(keys, centers))])
  await other.query(`INSERT INTO hcjwt.help_centers (name, base_url, enabled)
    SELECT 'c' || g, 'https://c' || g || '.zendesk.com', true FROM generate_series(1, ${centers}) g`)
  await other.query(`INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source)
    SELECT ${centers > 0 ? `'c' || 1 + i % ${centers}` : "'bench'"}, jwk ->> 'kid', jwk, '', 'imported' FROM fake`)
  await other.query('ANALYZE hcjwt.keys; ANALYZE hcjwt.help_centers')
  return other
}

async function growth() {
  const count = lines('3072.tokens').length
  const admin = await Session.open('cold', 'postgres')
  const base = await fill(admin, 'bench_1', 0, 0)
  const runs = { '1 key': base }
  for (const keys of [1000, 100000]) runs[`${keys} keys`] = await fill(admin, `bench_k${keys}`, 0, keys)
  for (const centers of [1000, 10000]) runs[`${centers} help centers`] = await fill(admin, `bench_c${centers}`, centers, 0)
  const measured = Object.fromEntries(Object.entries(runs).map(([name, one]) =>
    [name, async () => await one.cpu(verifyAll(3072)) / count / 1000]))
  await row('growth', 'Growth: the worst verify among many keys or help centers by that with one key', 'us', measured,
    { atMost: 1.15 }, c => Math.max(...Object.values(c)) / c['1 key'])

  const big = runs['100000 keys']
  const memory = async () => Number((await big.query(
    "SELECT sum(total_bytes) AS b FROM pg_backend_memory_contexts WHERE name NOT LIKE 'CacheMemoryContext%'")).rows[0].b) / 1024
  const rss = () => Number(readFileSync(`/proc/${big.pid}/statm`, 'latin1').split(' ')[1]) * 4
  const seen = []
  const token = lines('3072.tokens')[0].split('.')
  const tryAll = n => big.query(`SELECT count(hcjwt.try_verify(
      translate(encode(convert_to('{"alg":"RS256","kid":"fake-' || g || '"}', 'UTF8'), 'base64'), E'+/=\\n', '-_')
      || $1)) FROM generate_series(0, ${n - 1}) g`, [`.${token[1]}.${token[2]}`])
  for (const n of [1000, 10000, 100000]) {
    await tryAll(n)
    seen.push([n, rss(), await memory()])
  }
  console.log('Growth: a backend\'s memory after so many kids looked up')
  for (const [n, kb, contexts] of seen) console.log(`    ${String(n).padStart(10)} kids  ${kb} kB resident, ${contexts} kB in memory contexts`)
  results.push({ id: 'memory', title: 'Memory of a backend by kids looked up', unit: 'kB resident', target: { atMost: 1.15 },
    ratio: seen[2][1] / seen[1][1], reached: seen[2][1] / seen[1][1] <= 1.15,
    medians: Object.fromEntries(seen.map(([n, kb]) => [`${n} kids`, kb])), spread: [] })

  // A key that changes every 10 ms, while another backend verifies.
  const stormer = await Session.open('cold', 'bench_1')
  await stormer.query("INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source) SELECT 'bench', $1::jsonb ->> 'kid', $1::jsonb, '', 'imported'",
    [lines('fake.jwks')[0]])
  let storming = false
  let changes = 0
  const storm = async () => {
    for (; storming; changes++) {
      await stormer.query("UPDATE hcjwt.keys SET retired_at = CASE WHEN retired_at IS NULL THEN now() END WHERE kid = 'fake-0'")
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }
  // one statement a token, as applications send them
  const loop = async () => {
    const total = lines('3072.tokens')
    let cost = 0
    for (let i = 0; i < 20; i++) cost += await base.cpu(
      `DO $$BEGIN FOR i IN 1..50 LOOP PERFORM hcjwt.verify('${total[i]}'); END LOOP; END$$`)
    return cost / 1000 / 1000
  }
  await row('storm', 'Growth: verifying while a key changes every 10 ms by verifying in peace', 'us', {
    'in the storm': async () => {
      storming = true
      const running = storm()
      const cost = await loop()
      storming = false
      await running
      return cost
    },
    'in peace': loop
  }, { atMost: 1.05 }, c => c['in the storm'] / c['in peace'])
  await stormer.end()
  for (const one of Object.values(runs)) await one.end()
  await admin.end()
}

const coldServer = await prepare('cold')
const warmServer = await prepare('warm')
await cold(coldServer)
await coldServer.end() // its database becomes a template
await warmElsewhere(warmServer)
await scans(warmServer)
await transactions(warmServer)
await api(warmServer)
if (['growth', 'memory', 'storm'].some(wanted)) await growth()
const version = (await warmServer.query("SELECT version() AS v, current_setting('server_version') AS s")).rows[0]
await warmServer.end()

const report = {
  measured: new Date().toISOString().slice(0, 10),
  machine: `${cpus()[0].model}, ${cpus().length} CPUs`,
  postgresql: version.s,
  openssl: execFileSync('openssl', ['version'], { encoding: 'latin1' }).split(' (')[0].trim(),
  node: process.version,
  rounds,
  scanRows,
  rows: results
}
writeFileSync(`${dir}/bench.json`, JSON.stringify(report, null, 2) + '\n')
writeFileSync(`${dir}/bench.svg`, chart(report))
console.log(`\n${report.machine}; PostgreSQL ${report.postgresql}; ${report.openssl}; node ${report.node}`)
