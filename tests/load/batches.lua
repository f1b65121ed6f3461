-- Batches of 100 users that exist, drawn at random, which they replace.

dofile("tests/load/report.lua")

local users = tonumber(os.getenv("LOAD_USERS"))
local user = '{"id":"u%d","data":{"name":"A user of the load","image":"https://example.com/images/1234567890.png","n":[1,2,3],"now":%d}}'
local turn = 0

function init()
  math.randomseed(number)
end

function request()
  turn = turn + 1
  local all = {}
  for i = 1, 100 do
    all[i] = string.format(user, math.random(0, users - 1), turn)
  end
  return wrk.format("POST", "/api/v1.0/users/?api_key=demo-key", nil, '{"override":true,"users":[' .. table.concat(all, ",") .. "]}")
end
