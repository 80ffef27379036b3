-- Bodies with many different windows: wrk ... -s load.lua URL -- PROTOCOL MODEL WINDOW HORIZONS KEY
-- PROTOCOL is predict, rollcast's own, or infer, the Open Inference Protocol's.
-- HORIZONS are whole numbers with commas between them, which take turns.
-- What came of it is the last line of the output, as JSON.

local requests, turn = {}, 0

-- The path and the body that ask a model for a horizon, with the values of a window as text.
local protocols = {
  predict = function(model, window, values, horizon)
    return "/predict", string.format('{"model": "%s", "window": [%s], "horizon": %d}', model, values, horizon)
  end,
  infer = function(model, window, values, horizon)
    local input = '{"name": "window", "shape": [1, %d], "datatype": "FP64", "data": [%s]}'
    local body = '{"inputs": [' .. string.format(input, window, values) .. '], "parameters": {"horizon": %d}}'
    return "/v2/models/" .. model .. "/infer", string.format(body, horizon)
  end,
}

function init(args)
  local ask, model, window, horizons = protocols[args[1]], args[2], tonumber(args[3]), {}
  for horizon in string.gmatch(args[4], "%d+") do horizons[#horizons + 1] = tonumber(horizon) end
  if args[5] and args[5] ~= "" then wrk.headers["X-API-Key"] = args[5] end
  math.randomseed(1)
  wrk.headers["Content-Type"] = "application/json"
  for number = 1, 64 do
    local values, phase = {}, math.random() * 6.28
    for step = 1, window do values[step] = string.format("%.6f", math.sin(phase + step / 10)) end
    local path, body = ask(model, window, table.concat(values, ", "), horizons[number % #horizons + 1])
    requests[number] = wrk.format("POST", path, nil, body)
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
