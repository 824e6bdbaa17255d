// An API of one's own orders over HTTP: node api.mjs WAY SOCKET-DIRECTORY JWKS-URL
// Three ways to find out whose they are:
//   jose   the API verifies the token, and its query says WHERE
//   four   hcjwt, the four statements of a transaction one after the other
//   one    hcjwt, all of them in one flight, by the helper of examples/node-pg
// Prints the port when it listens.
import http from 'node:http'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import pg from 'pg'
import { queryAsVisitor } from '../examples/node-pg/visitor.js'

const [way, host, jwks] = process.argv.slice(2)
const user = way === 'jose' ? 'shop_where' : 'shop_hcjwt'
const pool = new pg.Pool({ host, user, database: 'bench', max: 8, idleTimeoutMillis: 0, pipeline: way === 'one', prepare: true })
const keys = createRemoteJWKSet(new URL(jwks), { cooldownDuration: 0 })

const orders = { name: 'orders', text: 'SELECT id, title FROM orders ORDER BY id' }
const ways = {
  async jose(token) {
    const { payload } = await jwtVerify(token, keys, { algorithms: ['RS256'] })
    const { rows } = await pool.query({
      name: 'orders-where',
      text: 'SELECT id, title FROM orders WHERE user_id = $1 ORDER BY id',
      values: [payload.userId]
    })
    return rows
  },
  async four(token) {
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      await client.query({ name: 'authenticate', text: 'SELECT hcjwt.authenticate($1)', values: [token] })
      const { rows } = await client.query(orders)
      await client.query('COMMIT')
      return rows
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    } finally {
      client.release()
    }
  },
  one: token => queryAsVisitor(pool, token, orders)
}

const server = http.createServer(async (request, response) => {
  try {
    const rows = await ways[way](request.headers.authorization.slice('Bearer '.length))
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(rows))
  } catch (error) {
    console.error(error.message)
    response.writeHead(500).end()
  }
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
