-- wrk's script: each request with another visitor's token.
-- wrk … -s load.lua URL -- BEFORE AFTER TIME
-- The tokens are those of the file BEFORE until TIME (seconds since 1970), then those
-- of AFTER, as when a help center's key rotates.  Prints one line of JSON.
local before, after, rotates
local next = 0

local function headers(file)
   local list = {}
   for token in io.lines(file) do
      list[#list + 1] = wrk.format("GET", "/orders", { ["Authorization"] = "Bearer " .. token })
   end
   return list
end

function init(args)
   before, after, rotates = headers(args[1]), headers(args[2]), tonumber(args[3])
end

function request()
   local requests = os.time() < rotates and before or after
   next = next % #requests + 1
   return requests[next]
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      '{"requests":%d,"us":%d,"p50":%d,"p99":%d,"failed":%d}\n',
      summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
      errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
