-- GET by id, of users drawn at random from all that there are.

dofile("tests/load/report.lua")

local users = tonumber(os.getenv("LOAD_USERS"))

function init()
  math.randomseed(number)
end

function request()
  return wrk.format("GET", string.format("/api/v1.0/user/u%d/?api_key=demo-key", math.random(0, users - 1)))
end
