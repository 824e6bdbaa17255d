// Draws a report as an SVG: what verifying costs, what a policy costs, and what is
// left of the transactions and requests per second, each beside what else one could do.
const escape = text => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
const format = value => value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)

const left = 300, width = 420, height = 22

// A bar for each of { name, value, ours }; line: a target to be reached, or none.
function panel(top, title, unit, bars, line) {
  const most = Math.max(...bars.map(bar => bar.value))
  const x = value => left + value / most * width
  const drawn = bars.map(({ name, value, ours }, i) => {
    const y = top + 12 + i * height
    return `<text x="${left - 10}" y="${y + 12}" text-anchor="end">${escape(name)}</text>
<rect x="${left}" y="${y}" width="${Math.max(x(value) - left, 1).toFixed(1)}" height="16" fill="${ours ? '#17694c' : '#b9bfc4'}"/>
<text x="${(x(value) + 8).toFixed(1)}" y="${y + 12}">${format(value)}${unit}</text>`
  })
  const bottom = top + 12 + bars.length * height
  if (line)
    drawn.push(`<line x1="${x(line)}" x2="${x(line)}" y1="${top + 6}" y2="${bottom}" stroke="black" stroke-dasharray="4 3"/>`)
  return {
    text: `<text x="20" y="${top}" font-weight="bold">${escape(title)}</text>\n${drawn.join('\n')}`,
    bottom: bottom + 30
  }
}

const bars = (medians, ours) => Object.entries(medians)
  .map(([name, value]) => ({ name, value, ours: ours.includes(name) }))
  .sort((a, b) => a.value - b.value)

export function chart(report) {
  const row = id => report.rows.find(one => one.id === id)
  const panels = []
  const add = (...args) => panels.push(panel(panels.at(-1)?.bottom ?? 52, ...args))

  const cold = row('cold-3072'), warm = row('warm-any-backend'), scan = row('scan-bare')
  if (cold && warm) {
    const again = Object.keys(warm.medians)[0]
    add('Verifying a token, RSA 3072, in microseconds of CPU time', ' µs',
      bars({ ...cold.medians, [again]: warm.medians[again] }, ['hcjwt.verify()', again]))
  }
  if (scan)
    add(`Counting ${report.scanRows.toLocaleString('en')} rows under a policy on an unindexed column, in milliseconds of CPU time`,
      ' ms', bars(scan.medians, ['hcjwt.email()']))
  const tps = report.rows.filter(one => one.id.startsWith('tps-'))
  if (tps.length > 0)
    add('Transactions per second with authenticate(), by those with a claims setting that nobody verifies (line: 0.85)',
      '', tps.map(one => ({ name: one.title.split(', ').slice(1).join(', '), value: one.ratio, ours: true })), 0.85)
  for (const delay of [0, 1]) {
    const http = row(`http-${delay}`)
    if (http)
      add(`A whole API over HTTP, ${delay} ms from its database, in requests per second`, '/s',
        bars(Object.fromEntries(Object.entries(http.medians).map(([name, us]) => [name, 1e6 / us])),
          Object.keys(http.medians).filter(name => name.startsWith('hcjwt'))))
  }

  const bottom = panels.at(-1)?.bottom ?? 52
  return `<svg xmlns="http://www.w3.org/2000/svg" width="860" height="${bottom + 8}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
<text x="20" y="24" font-size="15">hcjwt beside its baselines (shorter is better, but for what is per second)</text>
${panels.map(one => one.text).join('\n')}
<text x="20" y="${bottom - 4}" fill="#555" font-size="11">${escape(`${report.machine}; PostgreSQL ${report.postgresql}; ${report.openssl}; ${report.measured}; medians of ${report.rounds} rounds`)}</text>
</svg>
`
}
