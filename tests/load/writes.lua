-- Writes: of ten, five update a user, three create one, one gets or creates one that exists, and one deletes one that
-- was created a while before. None of them should fail.

dofile("tests/load/report.lua")

local users = tonumber(os.getenv("LOAD_USERS"))
local run = os.getenv("LOAD_RUN")
local data = '{"name":"A user of the load","image":"https://example.com/images/1234567890.png","n":[1,2,3],"now":%d}'
local created, deleted, turn = 0, 0, 0

function init()
  math.randomseed(number)
end

local function known()
  return string.format("u%d", math.random(0, users - 1))
end

local function own(which)
  return string.format("w%s-%d-%d", run, number, which)
end

function request()
  turn = turn + 1
  local kind, content = turn % 10, string.format(data, turn)
  -- Far enough behind that its creation was answered.
  if kind == 9 and created - deleted > 1000 then
    deleted = deleted + 1
    return wrk.format("DELETE", "/api/v1.0/user/" .. own(deleted) .. "/?api_key=demo-key")
  end
  if kind == 8 then
    local body = string.format('{"id":"%s","data":%s}', known(), content)
    return wrk.format("POST", "/api/v1.0/user/?get_or_create=true&api_key=demo-key", nil, body)
  end
  if kind >= 5 then
    created = created + 1
    local body = string.format('{"id":"%s","data":%s}', own(created), content)
    return wrk.format("POST", "/api/v1.0/user/?api_key=demo-key", nil, body)
  end
  return wrk.format("PUT", "/api/v1.0/user/" .. known() .. "/?api_key=demo-key", nil, '{"data":' .. content .. "}")
end
