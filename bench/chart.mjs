// Draws a report's ratios against their targets as an SVG.
const escape = text => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

// How much of the target is used up: 1 is just reached, less is better.
const used = row => row.target.atMost !== undefined
  ? row.ratio / row.target.atMost : row.target.atLeast / row.ratio

export function chart(report) {
  const rows = report.rows.filter(row => row.target)
  const left = 620, width = 320, height = 26
  const x = value => left + Math.min(value, 1.5) / 1.5 * width
  const bars = rows.map((row, i) => {
    const y = 50 + i * height
    const goal = row.target.atMost !== undefined ? `at most ${row.target.atMost}` : `at least ${row.target.atLeast}`
    return `<text x="${left - 10}" y="${y + 13}" text-anchor="end">${escape(row.title.slice(0, 100))}</text>
<rect x="${left}" y="${y}" width="${(x(used(row)) - left).toFixed(1)}" height="17" fill="${row.reached ? '#3b7a57' : '#b5482a'}"/>
<text x="${left + width + 12}" y="${y + 13}">${row.ratio.toFixed(2)} (${goal})</text>`
  })
  const bottom = 50 + rows.length * height
  return `<svg xmlns="http://www.w3.org/2000/svg" width="1140" height="${bottom + 34}" font-family="sans-serif" font-size="11">
<rect width="100%" height="100%" fill="white"/>
<text x="20" y="22" font-size="15">hcjwt beside its baselines: how much of each target is used up (shorter is better)</text>
${bars.join('\n')}
<line x1="${x(1)}" x2="${x(1)}" y1="40" y2="${bottom}" stroke="black" stroke-dasharray="4 3"/>
<text x="${x(1)}" y="${bottom + 13}" text-anchor="middle">target</text>
<text x="20" y="${bottom + 26}" fill="#555">${escape(`${report.machine}; PostgreSQL ${report.postgresql}; ${report.openssl}; ${report.measured}; medians of ${report.rounds} rounds`)}</text>
</svg>
`
}
