-- Bodies with many different windows: wrk ... -s load.lua URL -- PROTOCOL MODEL WINDOW HORIZONS SEASONS KEY
-- PROTOCOL is predict, rollcast's own, or infer, the Open Inference Protocol's.
-- HORIZONS are whole numbers with commas between them, which take turns; SEASONS are told with every window, or "".
-- What came of it is the last line of the output, as JSON.

local requests, turn = {}, 0

-- The path and the body that ask a model for a horizon, with the values of a window and its seasons as text.
local protocols = {
  predict = function(model, window, values, horizon, seasons)
    local told = seasons == "" and "" or string.format(', "season": [%s]', seasons)
    return "/predict", string.format('{"model": "%s", "window": [%s], "horizon": %d%s}', model, values, horizon, told)
  end,
  infer = function(model, window, values, horizon)
    local input = '{"name": "window", "shape": [1, %d], "datatype": "FP64", "data": [%s]}'
    local body = '{"inputs": [' .. string.format(input, window, values) .. '], "parameters": {"horizon": %d}}'
    return "/v2/models/" .. model .. "/infer", string.format(body, horizon)
  end,
}

-- A value of a window: of a sine, or above zero and of the seasons that are told.
local function value(step, phase, seasons)
  if #seasons == 0 then return math.sin(phase + step / 10) end
  local sum = 10 + math.random()
  for _, season in ipairs(seasons) do sum = sum + math.sin(phase + 6.2832 * step / season) end
  return sum
end

local function numbers(text)
  local found = {}
  for number in string.gmatch(text, "%d+") do found[#found + 1] = tonumber(number) end
  return found
end

function init(args)
  local ask, model, window, horizons = protocols[args[1]], args[2], tonumber(args[3]), numbers(args[4])
  local seasons = numbers(args[5])
  if args[6] and args[6] ~= "" then wrk.headers["X-API-Key"] = args[6] end
  math.randomseed(1)
  wrk.headers["Content-Type"] = "application/json"
  for number = 1, 64 do
    local values, phase = {}, math.random() * 6.28
    for step = 1, window do values[step] = string.format("%.6f", value(step, phase, seasons)) end
    local path, body = ask(model, window, table.concat(values, ", "), horizons[number % #horizons + 1], args[5])
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
