-- GET by id, of users drawn at random from all that there are, at full speed or with pauses.

dofile("tests/load/report.lua")

local users = tonumber(os.getenv("LOAD_USERS"))
local path = os.getenv("LOAD_PATH")
local pause = tonumber(os.getenv("LOAD_PAUSE"))

-- The milliseconds that a connection waits after an answer, on average `pause`.
if pause > 0 then
  function delay()
    return math.random(0, 2 * pause)
  end
end

function init()
  math.randomseed(number)
end

function request()
  return wrk.format("GET", string.format(path, math.random(0, users - 1)))
end
