-- Bodies for POST /predict with many different windows: wrk ... -s load.lua URL -- MODEL WINDOW HORIZONS KEY
-- HORIZONS are whole numbers with commas between them, which take turns.
-- What came of it is the last line of the output, as JSON.

local requests, turn = {}, 0

function init(args)
  local model, window, horizons = args[1], tonumber(args[2]), {}
  for horizon in string.gmatch(args[3], "%d+") do horizons[#horizons + 1] = tonumber(horizon) end
  if args[4] and args[4] ~= "" then wrk.headers["X-API-Key"] = args[4] end
  math.randomseed(1)
  wrk.headers["Content-Type"] = "application/json"
  for number = 1, 64 do
    local values, phase = {}, math.random() * 6.28
    for step = 1, window do values[step] = string.format("%.6f", math.sin(phase + step / 10)) end
    local horizon, text = horizons[number % #horizons + 1], '{"model": "%s", "window": [%s], "horizon": %d}'
    local body = string.format(text, model, table.concat(values, ", "), horizon)
    requests[number] = wrk.format("POST", "/predict", nil, body)
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "duration_us": %d, "errors": %d, "p50_us": %d, "p99_us": %d}\n', summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
