-- Bodies of mixed horizons for POST /predict: wrk ... -s mixed.lua URL -- MODEL WINDOW
-- What came of it is the last line of the output, as JSON.

local bodies, turn = {}, 0
local horizons = {1, 1, 1, 1, 1, 1, 2, 3, 5, 24}

function init(args)
  local model, window = args[1], tonumber(args[2])
  math.randomseed(1)
  wrk.headers["Content-Type"] = "application/json"
  for number = 1, 250 do
    local values, phase = {}, math.random() * 6.28
    for step = 1, window do values[step] = string.format("%.6f", math.sin(phase + step / 10)) end
    local text = '{"model": "%s", "window": [%s], "horizon": %d}'
    local body = string.format(text, model, table.concat(values, ", "), horizons[number % #horizons + 1])
    bodies[number] = wrk.format("POST", "/predict", nil, body)
  end
end

function request()
  turn = turn % #bodies + 1
  return bodies[turn]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "duration_us": %d, "errors": %d}\n', summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
