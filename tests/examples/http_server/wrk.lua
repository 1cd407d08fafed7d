-- For wrk: sends a given number of requests of several kinds and no more, counts the answers by
-- status, says so when all are there, and prints what it counted when it is told to end.

local amount
local plan
local begun = 0
local made = 0
local answered = 0
statuses = {}

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  amount = tonumber(args[1])
  plan = {
    wrk.format("GET", "/"),
    wrk.format("GET", "/hash?n=20"),
    wrk.format("POST", "/echo", { ["content-type"] = "text/plain" }, "twenty bytes of body"),
    wrk.format("GET", "/nothing"),
    wrk.format("DELETE", "/"),
  }
end

-- wrk asks before each request how long to wait with it.
function delay()
  begun = begun + 1
  return begun > amount and 1e9 or 0
end

function request()
  made = made + 1
  return plan[(made - 1) % #plan + 1]
end

function response(status)
  local key = tostring(status)
  statuses[key] = (statuses[key] or 0) + 1
  answered = answered + 1
  if answered == amount then
    print("answered")
    io.flush()
  end
end

function done(summary)
  local errors = summary.errors
  local counts = {}
  for status, count in pairs(threads[1]:get("statuses")) do
    table.insert(counts, string.format('"%s":%d', status, count))
  end
  print(string.format(
    '{"requests":%d,"failed":%d,"statuses":{%s}}',
    summary.requests,
    errors.connect + errors.read + errors.write + errors.timeout,
    table.concat(counts, ",")
  ))
end
