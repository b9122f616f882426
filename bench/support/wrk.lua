-- One request after another, told by the environment; prints its figures as one line of JSON.
local steps = {}
for step in string.gmatch(os.getenv("BENCH_STEPS"), "[^,]+") do steps[#steps + 1] = step end
local tokens = {}
for token in io.lines(os.getenv("BENCH_TOKENS")) do tokens[#tokens + 1] = token end
local first_event = tonumber(os.getenv("BENCH_FIRST_EVENT"))
local events = tonumber(os.getenv("BENCH_EVENTS"))
local prefix = os.getenv("BENCH_KEY_PREFIX")
local turn = 0
-- A prime number that does not divide the number of tokens.
local stride = 7919

-- Reads whose address ends with the event.
local reads = {
  available = "/api/available-tickets/",
  status = "/api/events/status/",
  tickets = "/api/tickets?event_id=",
  waitlist = "/api/waitinglists?event_id=",
}

local function post(path, token, body)
  return wrk.format("POST", path, {
    ["Authorization"] = "Bearer " .. token,
    ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = prefix .. turn,
  }, body)
end

local function get(path, token)
  return wrk.format("GET", path, { ["Authorization"] = "Bearer " .. token })
end

function request()
  local step = steps[turn % #steps + 1]
  local token = tokens[turn % #tokens + 1]
  local event = first_event + turn % events
  turn = turn + 1
  if step == "book" then
    return post("/api/tickets/book", token, '{"event_id":' .. event .. '}')
  elseif step == "cancel" then
    return post("/api/tickets/cancel", token, '{"event_id":' .. event .. '}')
  elseif step == "join" then
    return post("/api/waitinglists/join-waitlist", token, '{"event_id":' .. event .. '}')
  elseif reads[step] then
    return get(reads[step] .. event, token)
  elseif step == "me" then
    -- From all parts of the queue: those who stand at its head may be cheaper to count.
    return get("/api/events/" .. event .. "/me", tokens[turn * stride % #tokens + 1])
  elseif step == "login" then
    return wrk.format("POST", "/api/auth/login", { ["Content-Type"] = "application/json" },
      '{"email":"' .. token .. '","password":"not the right password"}')
  end
  error("No step " .. step)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%f,"p50Ms":%f,"p99Ms":%f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
