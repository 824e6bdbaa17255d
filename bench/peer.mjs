// A library of npm's as a contestant: node peer.mjs NAME PUBLIC-KEY.pem TOKENS
// Reads a number of tokens to verify from each line of standard input, answers
// with the CPU time it took, in nanoseconds.  Each keeps its parsed key, as its users would.
import { readFileSync } from 'node:fs'
import { createPublicKey } from 'node:crypto'
import { createInterface } from 'node:readline'

const [name, pem, file] = process.argv.slice(2)
const key = readFileSync(pem)
const tokens = readFileSync(file, 'latin1').trim().split('\n')

const makers = {
  async jose() {
    const { jwtVerify, importSPKI } = await import('jose')
    const imported = await importSPKI(key.toString(), 'RS256')
    return token => jwtVerify(token, imported, { algorithms: ['RS256'] })
  },
  async 'fast-jwt'() {
    const { createVerifier } = await import('fast-jwt')
    return createVerifier({ key, algorithms: ['RS256'], cache: false })
  },
  async jsonwebtoken() {
    const { default: jwt } = await import('jsonwebtoken')
    const object = createPublicKey(key)
    return token => jwt.verify(token, object, { algorithms: ['RS256'] })
  }
}

const verify = await makers[name]()
let next = 0
for await (const line of createInterface({ input: process.stdin })) {
  const begin = process.cpuUsage()
  for (let i = Number(line); i > 0; i--) {
    await verify(tokens[next])
    next = (next + 1) % tokens.length
  }
  const used = process.cpuUsage(begin)
  console.log(String((used.user + used.system) * 1000))
}
